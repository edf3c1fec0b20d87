namespace Assay.Models.Engine.Plans;

/// <summary>How a norm normalises a row.</summary>
public enum NormKind
{
    /// <summary>y = x / √(mean(x²) + ε) ⊙ w (Zhang and Sennrich 2019, arXiv:1910.07467).</summary>
    Rms,

    /// <summary>y = x / √(mean(x²) + ε) ⊙ (1 + w), as Gemma stores it.</summary>
    RmsPlusOne,

    /// <summary>y = (x − mean x) / √(var x + ε) ⊙ w + b (Ba et al. 2016, arXiv:1607.06450).</summary>
    Layer,
}
