namespace Assay.Data.FileTypes;

/// <summary>What was read out of a whole file: its text, its picture or its sound. One record per kind of datanet.</summary>
/// <param name="Extractor">Name and version of the code that read it, for example <c>docx/1</c>; it changes whenever the same file would give another content.</param>
public abstract record FileContent(string Extractor)
{
    /// <summary>How much was read, in words for a finding, for example <c>612 characters, pages: 3</c>.</summary>
    public abstract string Describe();
}
