namespace Assay.Models.Export;

/// <summary>A model that cannot be written in the asked format; the message names the part.</summary>
public sealed class ExportRefusedException(string message) : Exception(message);
