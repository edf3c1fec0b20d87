namespace Assay.Data.FileTypes;

/// <summary>A file is not what its type requires: damaged, cut off, hostile or of another type. The only exception that leaves an <see cref="IFileType"/> because of the bytes it was given.</summary>
public sealed class InvalidFileException : Exception
{
    /// <summary>A file that cannot be read, for a reason a contributor can act on.</summary>
    /// <param name="message">What is wrong, as a whole sentence.</param>
    /// <param name="fix">What the contributor can do about it, as a whole sentence.</param>
    /// <param name="inner">What the underlying parser threw, if it did.</param>
    public InvalidFileException(string message, string fix, Exception? inner = null)
        : base(message, inner) => Fix = fix;

    /// <summary>What the contributor can do about it.</summary>
    public string Fix { get; }

    /// <summary>The rule that the file fails. Default <see cref="FileFault.Format"/>.</summary>
    public FileFault Fault { get; init; }

    /// <summary>Offset of the first wrong byte in the file, where one is known.</summary>
    public int? ByteOffset { get; init; }

    /// <summary>Number of the page at fault, from 1, where there is one.</summary>
    public int? Page { get; init; }
}
