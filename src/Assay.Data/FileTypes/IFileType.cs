namespace Assay.Data.FileTypes;

/// <summary>One kind of file that a datanet accepts: how it is recognised and read.</summary>
/// <remarks>Implementations keep no state and may be used from several threads.</remarks>
public interface IFileType
{
    /// <summary>Short name used on the wire and in the ledger, for example <c>md</c>; also the extension that a stored file of the type is given.</summary>
    string Name { get; }

    /// <summary>File name extensions of this type, lower-case, with the dot.</summary>
    IReadOnlyList<string> Extensions { get; }

    /// <summary>The kind of datanet that takes this type.</summary>
    DatanetKind Kind { get; }

    /// <summary>Whether the first bytes of a file can belong to this type. Never throws.</summary>
    /// <param name="head">The first bytes of the file, up to <see cref="FileTypes.HeadLength"/>; fewer when the file is shorter.</param>
    bool Sniff(ReadOnlySpan<byte> head);

    /// <summary>Parses the whole file and takes out what is judged: text, picture or sound, as <see cref="Kind"/> says.</summary>
    /// <param name="content">All bytes of the file, at most 10 MiB when it passed the gate.</param>
    /// <param name="cancel">Looked at between pages and entries; a hostile file may keep a parser busy between two looks.</param>
    /// <exception cref="InvalidFileException">The bytes are not a whole, safe file of this type.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was triggered.</exception>
    FileContent Read(byte[] content, CancellationToken cancel);
}
