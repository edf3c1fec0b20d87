namespace Assay.Data.Formats;

/// <summary>Which biases of the base an adapter trains and stores; PEFT's <c>bias</c>.</summary>
public enum PeftBias
{
    /// <summary>None: <c>none</c>.</summary>
    None,

    /// <summary>Every bias of the model, norms included: <c>all</c>.</summary>
    All,

    /// <summary>Those of the layers that get a LoRA pair: <c>lora_only</c>.</summary>
    LoraOnly,
}
