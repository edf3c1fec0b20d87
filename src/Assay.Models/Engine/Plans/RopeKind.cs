namespace Assay.Models.Engine.Plans;

/// <summary>How rotary frequencies are stretched for contexts longer than the training's.</summary>
public enum RopeKind
{
    /// <summary>Not at all.</summary>
    Plain,

    /// <summary>All frequencies divided by the factor (Chen et al. 2023, arXiv:2306.15595).</summary>
    Linear,

    /// <summary>The base grows once the call is longer than the trained context.</summary>
    Dynamic,

    /// <summary>Low frequencies divided, high ones kept, a ramp over wavelengths between (LLaMA 3.1).</summary>
    Llama3,

    /// <summary>Low frequencies divided, high ones kept, a ramp over pairs between (Peng et al. 2023, arXiv:2309.00071).</summary>
    Yarn,

    /// <summary>A divisor per pair, one list for calls up to the original context and one for longer calls (Ding et al. 2024, arXiv:2402.13753).</summary>
    LongRope,
}
