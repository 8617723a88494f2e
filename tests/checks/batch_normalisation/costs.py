"""What one mistake costs in 03_batch_normalisation when all else is right."""

_NAMES = {"dbeta", "dgamma"}
_LRN = {"values", "even size", "few channels", "k", "beta", "usual settings", "dtype and memory"}

# "all together" needs everything at once.
COSTS = {
    ("standardize", "test_set_by_itself"): {
        *("test set", "constant feature", "one example to train with")
    },
    ("standardize", "unbiased_spread"): {
        *("training set", "test set", "one example to train with")
    },
    ("standardize", "divides_by_zero"): {"constant feature", "one example to train with"},
    ("batchnorm_forward", "unbiased_variance"): {
        *("values", "epsilon", "one example", "all together")
    },
    ("batchnorm_forward", "epsilon_outside_the_root"): {"epsilon", "all together"},
    ("batchnorm_forward", "epsilon_is_fixed"): {"epsilon", "all together"},
    ("batchnorm_forward", "shifts_first"): {"scale and shift", "one example", "all together"},
    ("batchnorm_forward", "writes_into_x"): {"dtype and memory"},
    ("batchnorm_backward", "forgets_the_mean"): {
        *("dx through the mean", "dx", "epsilon", "all together")
    },
    ("batchnorm_backward", "forgets_the_variance"): {
        *("dx through the variance", "dx", "epsilon", "all together")
    },
    ("batchnorm_backward", "forgets_the_root"): {"dx", "epsilon", "all together"},
    ("batchnorm_backward", "forgets_gamma"): {"gamma in dx", "epsilon", "all together"},
    ("batchnorm_backward", "dgamma_from_x"): {"dgamma", "epsilon", "all together"},
    ("batchnorm_backward", "epsilon_is_fixed"): {"epsilon", "all together"},
    ("batchnorm_backward", "returns_swapped"): {
        *_NAMES,
        *("epsilon", "dtype and memory", "all together"),
    },
    ("BatchNorm2d", "BiasedRunningVariance"): {"running variance", "all together"},
    ("BatchNorm2d", "UnbiasedEverywhere"): {"training", "all together"},
    ("BatchNorm2d", "MomentumIsFixed"): {"momentum", "all together"},
    ("BatchNorm2d", "InfersWithTheBatch"): {"inference", "all together"},
    ("BatchNorm2d", "InferenceRemembersToo"): {"inference", "all together"},
    ("BatchNorm2d", "ScalesTheColumns"): {"scale and shift", "all together"},
    ("BatchNorm2d", "EpsilonIsFixed"): {"all together"},
    ("recompute_stats", "averages_the_variances"): {"variance", "all together"},
    ("recompute_stats", "batches_count_alike"): {"batches of different sizes", "all together"},
    ("recompute_stats", "starts_from_the_old_mean"): {"old values", "all together"},
    ("drop_bias", "changes_the_mean"): {"dtype and memory"},
    ("fuse_conv_bn", "loses_the_bias"): {"bias of the convolution", "all together"},
    ("fuse_conv_bn", "forgets_the_mean"): {"shift", "all together"},
    ("fuse_conv_bn", "mean_not_scaled"): {"all together"},
    ("fuse_conv_bn", "loses_the_geometry"): {"stride, padding, dilation", "all together"},
    ("fuse_conv_bn", "loses_the_groups"): {"groups", "all together"},
    ("fuse_conv_bn", "changes_the_given_layer"): {"a new layer"},
    ("fuse_conv_bn", "always_float32"): {"dtype and memory", "all together"},
    ("layernorm_fb", "gamma_outside_the_means"): {"gamma in dx", "epsilon", "all together"},
    ("layernorm_fb", "sums_over_features"): {*_NAMES, "epsilon", "all together"},
    ("layernorm_fb", "epsilon_outside_the_root"): {"epsilon", "all together"},
    ("instancenorm", "scales_the_columns"): {"scale and shift"},
    ("instancenorm", "epsilon_outside_the_root"): {"epsilon"},
    ("groupnorm", "scales_the_columns"): {"scale and shift"},
    ("groupnorm", "views_any_memory"): {"dtype and memory"},
    ("dbn_forward", "without_epsilon"): {"epsilon", "fewer examples than features"},
    ("lrn", "as_in_the_paper"): _LRN,
    ("lrn", "window_turned_round"): {"even size"},
    ("lrn", "k_is_fixed"): {"k"},
    ("activation_stats", "before_the_activation"): {"activation", "all together"},
    ("activation_stats", "unbiased_deviation"): {"last layer", "activation", "all together"},
    ("dropout_fb", "scales_in_inference"): {"inference"},
    ("dropout_fb", "gradient_not_scaled"): {"gradient", "dtype and memory"},
    ("dropout_fb", "drops_the_tie"): {"noise equal to p"},
    ("steps_to", "strictly_above"): {"exactly the goal"},
    ("steps_to", "the_end_if_never"): {"never"},
    ("speed_ups", "upside_down"): {"values"},
    ("speed_ups", "leaves_out_plain"): {"the plain run"},
}
