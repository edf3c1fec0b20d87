namespace Assay.Models.Training;

/// <summary>Which path a run's gradients come from.</summary>
public enum TrainingPath
{
    /// <summary>The packed path where it has every part of the model and adapter, else the reference path.</summary>
    Auto,

    /// <summary>The packed path; a model or adapter it cannot take is refused.</summary>
    Packed,

    /// <summary>Autograd in fp32.</summary>
    Reference,
}
