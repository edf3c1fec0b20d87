namespace Assay.Models.Engine.Plans;

/// <summary>Nonlinearity of a feed-forward branch.</summary>
public enum Activation
{
    /// <summary>x · σ(x).</summary>
    Silu,

    /// <summary>x · Φ(x), by the error function (Hendrycks and Gimpel 2016, arXiv:1606.08415).</summary>
    Gelu,

    /// <summary>x · Φ(x) by the tanh approximation; <c>gelu_new</c> and <c>gelu_pytorch_tanh</c>.</summary>
    GeluTanh,
}
