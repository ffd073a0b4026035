"""The loops: each equation once in `rules`, and engines that run them over arrays.

`rules`, `random` and `tables` are plain Python; `cpu`, `bits` and what they call are compiled; what
is here is what Python calls.  `cuda` and `cuda_bits` run on cards, and `neurosim.cuda` calls them.
"""

from .machine_code import Kernel, Prepared

__all__ = [
    "Kernel", "Prepared", "activate", "activation_slopes", "add_kernel_gradients", "add_rows",
    "combine_slopes", "convolve_images", "drop_out", "extend_images", "find_moments", "fire",
    "hear_back", "learn_delta", "learn_hebbian", "learn_perceptron", "logistic_cross_entropy",
    "pack_numbers", "pack_values", "pool_largest", "pool_mean", "present_to_cognitron",
    "respond_as_cognitron", "return_to_images", "return_to_largest", "return_to_mean", "run",
    "run_bits", "run_bits_in_time", "run_learning", "scale_channels", "softmax_cross_entropy",
    "softmax_cross_entropy_by_label", "softmax_slopes", "softmax_slopes_by_label", "step_adam",
    "step_plainly", "step_rmsprop", "step_rmsprop_with_momentum", "step_sgd", "sum_slopes",
    "surrogate_slopes", "train", "unpack_numbers", "unpack_values", "unroll", "unroll_back",
    "write_kernel_panels",
]  # fmt: skip

activate = Kernel("neurosim.kernels.activations", "activate")
activation_slopes = Kernel("neurosim.kernels.activations", "activation_slopes")
fire = Kernel("neurosim.kernels.threshold_units", "fire")
surrogate_slopes = Kernel("neurosim.kernels.threshold_units", "surrogate_slopes")
combine_slopes = Kernel("neurosim.kernels.normalization", "combine_slopes")
find_moments = Kernel("neurosim.kernels.normalization", "find_moments")
scale_channels = Kernel("neurosim.kernels.normalization", "scale_channels")
sum_slopes = Kernel("neurosim.kernels.normalization", "sum_slopes")
drop_out = Kernel("neurosim.kernels.dropout", "drop_out")
logistic_cross_entropy = Kernel("neurosim.kernels.cross_entropy", "logistic_cross_entropy")
softmax_cross_entropy = Kernel("neurosim.kernels.cross_entropy", "softmax_cross_entropy")
softmax_cross_entropy_by_label = Kernel(
    "neurosim.kernels.cross_entropy", "softmax_cross_entropy_by_label"
)
softmax_slopes = Kernel("neurosim.kernels.cross_entropy", "softmax_slopes")
softmax_slopes_by_label = Kernel("neurosim.kernels.cross_entropy", "softmax_slopes_by_label")
step_adam = Kernel("neurosim.kernels.optimizers", "step_adam")
step_plainly = Kernel("neurosim.kernels.optimizers", "step_plainly")
step_rmsprop = Kernel("neurosim.kernels.optimizers", "step_rmsprop")
step_rmsprop_with_momentum = Kernel("neurosim.kernels.optimizers", "step_rmsprop_with_momentum")
step_sgd = Kernel("neurosim.kernels.optimizers", "step_sgd")
run = Kernel("neurosim.kernels.cpu", "run")
run_learning = Kernel("neurosim.kernels.cpu", "run_learning")
run_bits_in_time = Kernel("neurosim.kernels.bits", "run_bits_in_time")
run_bits = Kernel("neurosim.kernels.bits", "run_bits")
learn_perceptron = Kernel("neurosim.kernels.perceptron", "learn_perceptron")
learn_delta = Kernel("neurosim.kernels.delta", "learn_delta")
learn_hebbian = Kernel("neurosim.kernels.hebbian", "learn_hebbian")
pack_numbers = Kernel("neurosim.kernels.bits", "pack_numbers")
pack_values = Kernel("neurosim.kernels.bits", "pack_values")
unpack_numbers = Kernel("neurosim.kernels.bits", "unpack_numbers")
unpack_values = Kernel("neurosim.kernels.bits", "unpack_values")
present_to_cognitron = Kernel("neurosim.kernels.cognitron", "present_to_cognitron")
respond_as_cognitron = Kernel("neurosim.kernels.cognitron", "respond_as_cognitron")
train = Kernel("neurosim.kernels.epochs", "train")
convolve_images = Kernel("neurosim.kernels.image_convolutions", "convolve_images")
add_kernel_gradients = Kernel("neurosim.kernels.image_convolutions", "add_kernel_gradients")
write_kernel_panels = Kernel("neurosim.kernels.image_convolutions", "write_kernel_panels")
pool_largest = Kernel("neurosim.kernels.pooling", "pool_largest")
pool_mean = Kernel("neurosim.kernels.pooling", "pool_mean")
return_to_largest = Kernel("neurosim.kernels.pooling", "return_to_largest")
return_to_mean = Kernel("neurosim.kernels.pooling", "return_to_mean")
extend_images = Kernel("neurosim.kernels.borders", "extend_images")
return_to_images = Kernel("neurosim.kernels.borders", "return_to_images")
unroll = Kernel("neurosim.kernels.recurrent", "unroll")
unroll_back = Kernel("neurosim.kernels.recurrent_gradients", "unroll_back")
hear_back = Kernel("neurosim.kernels.recurrent_gradients", "hear_back")
add_rows = Kernel("neurosim.kernels.embedding", "add_rows")
