namespace Assay.Models.Training;

/// <summary>A training checkpoint is damaged or belongs to another run; the message names what differs.</summary>
public sealed class InvalidCheckpointException(string message, Exception? cause = null) : Exception(message, cause);
