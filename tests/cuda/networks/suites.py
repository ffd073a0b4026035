"""Which suites of the networks run on the card, and what in them does not."""

# Those of convolution, pooling and recurrent layers stand here once these layers train on a card.
SUITES = (
    "test_tensor", "test_operations", "test_dense_operation", "test_biological_operations",
    "test_batch_normalization", "test_dropout", "test_embedding", "test_losses", "test_optimizers",
    "test_initializers", "test_parameters", "test_layers", "test_biological_layers",
    "test_binary_networks", "test_sequential", "test_training", "test_callbacks", "test_samples",
    "test_saving", "test_resuming",
)  # fmt: skip

LONG = "it takes the simulator too long"
IMAGES = "convolution and pooling are not on the card yet"
RECURRENT = "recurrent layers are not on the card yet"

# Tests by their suites, or by how their names begin where it is for some arguments alone.
LEFT_OUT = {
    "test_batch_normalization": {"test_a_batch_has_mean_zero_and_variance_one[shape5-": LONG},
    "test_optimizers": {"test_what_is_kept_ends_at_zero_and_not_in_denormals": LONG},
    "test_layers": {
        **{
            f"test_a_layer_tells_its_output_shape_and_keeps_to_it[layer{number}-": IMAGES
            for number in range(7, 13)
        },
        **{
            f"test_a_layer_tells_its_output_shape_and_keeps_to_it[layer{number}-": RECURRENT
            for number in (16, 17)
        },
        "test_recurrent_cells_without_a_bias_are_those_with_one_of_zeros": RECURRENT,
        "test_a_mask_goes_to_the_layer_that_passes_over_it": RECURRENT,
        "test_a_mask_goes_through_a_network_within_a_network": RECURRENT,
        "test_words_may_be_whole_floats": RECURRENT,
        "test_what_is_no_word_is_told_by_the_layer": "what was only noted is not told yet",
    },
    "test_biological_layers": {"test_threshold_units_learn_xor": LONG},
    "test_resuming": {
        "test_it_is_written_a_second_after_the_last_time": LONG,
        "test_words_and_their_masks_go_on": RECURRENT,
        "test_a_run_that_is_killed_goes_on": "it trains in another process, on the CPU",
    },
}
