namespace Assay.Models.Training;

/// <summary>Shape of a learning-rate schedule after its warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>The peak rate at every step, without a warm-up.</summary>
    Constant,

    /// <summary>A straight line down.</summary>
    Linear,

    /// <summary>Half a cosine down.</summary>
    Cosine,
}
