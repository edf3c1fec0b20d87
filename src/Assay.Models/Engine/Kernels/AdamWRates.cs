namespace Assay.Models.Engine.Kernels;

/// <summary>Factors of one AdamW step, the same for every element.</summary>
/// <param name="Beta1">β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Kept">1 − ηλ: what decay leaves of a parameter.</param>
/// <param name="Step">η / (1 − β₁ᵗ).</param>
/// <param name="SecondCorrection">√(1 − β₂ᵗ).</param>
/// <param name="GradientFactor">On every gradient, from clipping.</param>
internal readonly record struct AdamWRates(
    float Beta1, float OneLessBeta1, float Beta2, float OneLessBeta2, float Epsilon, float Kept, float Step, float SecondCorrection, float GradientFactor)
{
    /// <summary>Corrections in double, as torch computes them.</summary>
    /// <param name="step">t, from 1.</param>
    /// <param name="rate">η.</param>
    /// <param name="betas">β₁, β₂.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="decay">λ.</param>
    /// <param name="gradientFactor">From clipping; 1 leaves gradients as they are.</param>
    public static AdamWRates At(int step, double rate, (double First, double Second) betas, double epsilon, double decay, double gradientFactor = 1) => new(
        (float)betas.First,
        (float)(1 - betas.First),
        (float)betas.Second,
        (float)(1 - betas.Second),
        (float)epsilon,
        (float)(1 - (rate * decay)),
        (float)(rate / (1 - Math.Pow(betas.First, step))),
        (float)Math.Sqrt(1 - Math.Pow(betas.Second, step)),
        (float)gradientFactor);
}
