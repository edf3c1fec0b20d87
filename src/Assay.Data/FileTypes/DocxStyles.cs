using System.Globalization;
using System.Xml;

namespace Assay.Data.FileTypes;

/// <summary>Which paragraph styles of a Word document are headings, and of which level.</summary>
internal sealed class DocxStyles
{
    /// <summary>Namespace of WordprocessingML, ECMA-376 part 1 §17.</summary>
    public const string Word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

    private readonly Dictionary<string, int> _levels = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>For a document without style definitions: the names that Word itself uses still count.</summary>
    public static DocxStyles None { get; } = new();

    /// <summary>How every part is read: no document type definition, nothing fetched, bounded.</summary>
    public static XmlReaderSettings Safe { get; } = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = 50_000_000,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    public static DocxStyles Read(Stream part)
    {
        var styles = new DocxStyles();
        using var reader = XmlReader.Create(part, Safe);
        var style = "";
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || reader.NamespaceURI != Word)
            {
                continue;
            }

            var level = 0;
            switch (reader.LocalName)
            {
                case "style":
                    style = reader.GetAttribute("styleId", Word) ?? "";
                    break;
                case "name":
                    level = LevelOfName(reader.GetAttribute("val", Word) ?? "");
                    break;
                case "outlineLvl":
                    level = OutlineLevel(reader.GetAttribute("val", Word));
                    break;
            }

            if (level > 0 && style.Length > 0)
            {
                styles._levels.TryAdd(style, level);
            }
        }

        return styles;
    }

    /// <summary>Level 1 to 9 of a style, 0 when it is no heading.</summary>
    public int Level(string styleId) => _levels.TryGetValue(styleId, out var level) ? level : LevelOfName(styleId);

    /// <summary>Level 1 to 9 of a <c>w:outlineLvl</c> value (0 to 8), 0 for body text.</summary>
    public static int OutlineLevel(string? value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var level) && level <= 8 ? level + 1 : 0;

    private static int LevelOfName(string name)
    {
        var compact = name.Replace(" ", "", StringComparison.Ordinal);
        return compact.Equals("title", StringComparison.OrdinalIgnoreCase) ? 1
            : compact.Length == 8 && compact.StartsWith("heading", StringComparison.OrdinalIgnoreCase) && compact[7] is >= '1' and <= '9' ? compact[7] - '0'
            : 0;
    }
}
