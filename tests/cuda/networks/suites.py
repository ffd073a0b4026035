"""Which suites of the networks run on the card, and what in them does not."""

SUITES = (
    "test_tensor", "test_operations", "test_dense_operation", "test_biological_operations",
    "test_batch_normalization", "test_dropout", "test_embedding", "test_losses", "test_optimizers",
    "test_initializers", "test_parameters", "test_layers", "test_biological_layers",
    "test_binary_networks", "test_sequential", "test_training", "test_callbacks", "test_samples",
    "test_saving", "test_resuming", "test_convolution_operation", "test_pooling_operation",
    "test_recurrent", "test_center_surround",
)  # fmt: skip

LONG = "it takes the simulator too long"

# Tests by their suites, or by how their names begin where it is for some arguments alone.
LEFT_OUT = {
    "test_batch_normalization": {"test_a_batch_has_mean_zero_and_variance_one[shape5-": LONG},
    "test_optimizers": {"test_what_is_kept_ends_at_zero_and_not_in_denormals": LONG},
    "test_convolution_operation": {"test_its_gradients_are_those_of_differences": LONG},
    "test_recurrent": {
        f"test_values_and_gradients[{cell}-several chunks": LONG for cell in ("lstm", "simple_rnn")
    },
    "test_biological_layers": {"test_threshold_units_learn_xor": LONG},
    "test_resuming": {
        "test_it_is_written_a_second_after_the_last_time": LONG,
        "test_a_run_that_is_killed_goes_on": "it trains in another process, on the CPU",
    },
}
