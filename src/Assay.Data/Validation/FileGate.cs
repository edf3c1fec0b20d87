using Assay.Data.FileTypes;

namespace Assay.Data.Validation;

/// <summary>The cheap refusals, made before a file is received in full. Nothing is parsed here beyond the first bytes.</summary>
public static class FileGate
{
    /// <summary>Version of these checks, shown in the refusal's finding.</summary>
    public const int Version = 1;

    /// <summary>Largest file, 10 MiB: a contributor's whole day.</summary>
    public const long DefaultMaximumSize = 10_485_760;

    /// <summary>Null when the file may be kept; otherwise why not.</summary>
    public static GateRefusal? Check(GateQuestion question)
    {
        if (CheckDeclared(question) is { } refusal)
        {
            return refusal;
        }

        var type = FileTypes.FileTypes.ByName(question.FileName)!;
        if (type.Sniff(question.Head.Span))
        {
            return null;
        }

        var found = FileTypes.FileTypes.Describe(question.Head.Span) ?? "something else, perhaps text";
        return new GateRefusal(GateReason.WrongContent,
            $"'{DisplayName.Of(question.FileName)}' is not {FileTypes.FileTypes.Extension(question.FileName)} inside: its first bytes show {found}.",
            "Send the file under the extension of what it really is.");
    }

    /// <summary>What can be told before the first byte arrives, from name, length and licence: null when the file may be received; otherwise why not.</summary>
    public static GateRefusal? CheckDeclared(GateQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var name = DisplayName.Of(question.FileName);
        var extension = FileTypes.FileTypes.Extension(question.FileName);
        var type = FileTypes.FileTypes.ByName(question.FileName);
        if (question.Size == 0)
        {
            return new GateRefusal(GateReason.Empty, $"'{name}' is empty.", "Send a file with content.");
        }

        if (question.Size > question.MaximumSize)
        {
            return new GateRefusal(GateReason.TooLarge, $"'{name}' has {question.Size} bytes; a file may have {question.MaximumSize}.", "Split it into smaller files.");
        }

        if (type is null)
        {
            var taken = string.Join(' ', FileTypes.FileTypes.All.SelectMany(other => other.Extensions));
            return new GateRefusal(GateReason.UnknownType, $"'{name}' has {(extension.Length == 0 ? "no extension" : $"the unknown extension '{DisplayName.Of(extension)}'")}; read are {taken}.", "Convert it to one of these types.");
        }

        if (question.Kind is { } kind && kind != type.Kind)
        {
            return WrongKind(name, type.Kind, kind);
        }

        return question.Licence is { } licence && question.Licences.Count > 0 && !question.Licences.Contains(licence, StringComparer.OrdinalIgnoreCase)
            ? new GateRefusal(GateReason.Licence, $"The licence '{DisplayName.Of(licence)}' is not taken here; taken are {string.Join(", ", question.Licences)}.", "Contribute only what you may give under one of these licences.")
            : null;
    }

    private static GateRefusal WrongKind(string name, DatanetKind kind, DatanetKind wanted) =>
        new(GateReason.WrongKind, $"'{name}' is {Word(kind)}, and {Word(wanted)} is wanted.", "Send it to a datanet of its own kind.");

    private static string Word(DatanetKind kind) => kind switch
    {
        DatanetKind.Text => "a text",
        DatanetKind.Image => "a picture",
        _ => "a sound clip",
    };
}
