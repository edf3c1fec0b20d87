namespace Assay.Models.Engine.Plans;

/// <summary>From router logits to scores.</summary>
public enum RouterScore
{
    /// <summary>Softmax over all experts.</summary>
    Softmax,

    /// <summary>Sigmoid of each logit; renormalising then adds 1e-20 to the sum.</summary>
    Sigmoid,
}
