using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Assay.Worker.Pretraining;

/// <summary>Turns one <c>member</c> element of XML documentation into plain sentences.</summary>
internal static partial class DocumentationText
{
    private const int LongestRemarks = 1_200;
    private const int FewestSummaryWords = 4;

    /// <summary>The member's document, or null when there is nothing a person would read.</summary>
    /// <param name="assembly">Assembly of the file.</param>
    /// <param name="member">Element with a <c>name</c> attribute such as <c>M:System.String.Trim</c>.</param>
    public static MemberDocument? Read(string assembly, XElement member)
    {
        string id = member.Attribute("name")?.Value ?? "";
        string summary = Sentences(member.Element("summary"));
        if (id.Length < 3 || id[1] != ':' || id.Contains("op_", StringComparison.Ordinal) || summary.Count(' ') + 1 < FewestSummaryWords || Machine().IsMatch(summary))
        {
            return null;
        }

        string path = Path(id);
        bool constructor = path.EndsWith("#ctor", StringComparison.Ordinal);
        path = constructor ? path[..^6] : path;
        string[] parts = path.Split('.');
        int own = id[0] == 'T' || constructor ? 1 : 2;
        if (path.Contains('#') || parts.Length <= own)
        {
            return null;
        }

        string remarks = Sentences(member.Element("remarks"));
        return new MemberDocument(
            assembly,
            constructor ? "constructor" : Kind(id[0]),
            string.Join('.', parts[..^own]),
            string.Join('.', parts[^own..]),
            summary,
            [.. member.Elements("param").Select(element => (element.Attribute("name")?.Value ?? "", Sentences(element))).Where(parameter => parameter.Item2.Length > 0)],
            Sentences(member.Element("returns")),
            remarks.Length <= LongestRemarks ? remarks : remarks[..LongestRemarks]);
    }

    /// <summary>Name of a reference such as <c>M:System.String.Trim(System.Char)</c> as a reader would write it: String.Trim.</summary>
    public static string ShortName(string reference)
    {
        if (reference.Length < 3 || reference[1] != ':')
        {
            return reference;
        }

        string[] parts = Path(reference).Replace(".#ctor", "", StringComparison.Ordinal).Split('.');
        int own = reference[0] is 'T' or 'N' ? 1 : 2;
        return string.Join('.', parts[^Math.Min(own, parts.Length)..]);
    }

    private static string Kind(char letter) => letter switch
    {
        'T' => "type",
        'M' => "method",
        'P' => "property",
        'F' => "field",
        _ => "event",
    };

    private static string Path(string id)
    {
        int arguments = id.IndexOf('(', StringComparison.Ordinal);
        return Arity().Replace(arguments < 0 ? id[2..] : id[2..arguments], "").Split('~')[0];
    }

    private static string Sentences(XElement? element)
    {
        if (element is null)
        {
            return "";
        }

        var text = new StringBuilder();
        Append(element, text);
        string plain = Blanks().Replace(text.ToString(), " ").Trim();
        plain = BeforePunctuation().Replace(plain, "$1");
        return plain.Length == 0 || plain[^1] is '.' or '!' or '?' or ':' ? plain : plain + ".";
    }

    private static void Append(XElement element, StringBuilder text)
    {
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XText words:
                    text.Append(words.Value);
                    break;
                case XElement { IsEmpty: true } reference when (reference.Attribute("cref") ?? reference.Attribute("langword") ?? reference.Attribute("name") ?? reference.Attribute("href")) is { } target:
                    text.Append(ShortName(target.Value));
                    break;
                case XElement { Name.LocalName: "code" }:
                    break;
                case XElement inner:
                    bool block = inner.Name.LocalName is "para" or "item" or "list" or "description" or "term" or "br";
                    text.Append(block ? " " : "");
                    Append(inner, text);
                    text.Append(block ? " " : "");
                    break;
                default:
                    break;
            }
        }
    }

    // Signatures of processor instructions, mark-up that survived, and "to be added": nothing a reader would call a sentence.
    [GeneratedRegex(@"__m\d|_mm\d*_|\bsv\w+_t\b|\bv\w+q?_[su]\d|To be added|^\W*$|[<>{}|]|https?:")]
    private static partial Regex Machine();

    [GeneratedRegex("`+[0-9]+")]
    private static partial Regex Arity();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@" ([.,;:!?)])")]
    private static partial Regex BeforePunctuation();
}
