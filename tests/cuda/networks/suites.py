"""Which suites of the networks run on the card, and what in them makes no sense there."""

SUITES = (
    "test_tensor", "test_operations", "test_dense_operation", "test_biological_operations",
    "test_batch_normalization", "test_dropout", "test_embedding", "test_losses", "test_optimizers",
    "test_initializers", "test_parameters", "test_layers", "test_biological_layers",
    "test_center_surround", "test_binary_networks", "test_sequential", "test_training",
    "test_callbacks", "test_samples", "test_sheet", "test_saving", "test_resuming",
)  # fmt: skip

LEFT_OUT = {}
