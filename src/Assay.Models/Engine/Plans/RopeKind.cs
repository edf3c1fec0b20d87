namespace Assay.Models.Engine.Plans;

/// <summary>How rotary frequencies are stretched for contexts longer than the training's.</summary>
public enum RopeKind
{
    /// <summary>Not at all.</summary>
    Plain,

    /// <summary>All frequencies divided by the factor.</summary>
    Linear,

    /// <summary>The base grows once the call is longer than the trained context.</summary>
    Dynamic,

    /// <summary>Low frequencies divided, high ones kept, a ramp between (LLaMA 3.1).</summary>
    Llama3,
}
