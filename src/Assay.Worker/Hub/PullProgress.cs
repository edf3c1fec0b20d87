namespace Assay.Worker.Hub;

/// <summary>How far a file is.</summary>
/// <param name="File">The file.</param>
/// <param name="Done">Bytes that have arrived.</param>
/// <param name="Note">Something to tell the user, or null.</param>
internal sealed record PullProgress(HubFile File, long Done, string? Note);
