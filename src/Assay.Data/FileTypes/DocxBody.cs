using System.Text;
using System.Xml;

namespace Assay.Data.FileTypes;

/// <summary>Reads the main part of a Word document as a stream of elements; nothing is built in memory but the text.</summary>
internal sealed class DocxBody(DocxStyles styles)
{
    /// <summary>Deeper nesting than any word processor writes; it bounds what a hostile part can make the reader remember.</summary>
    private const int MaximumDepth = 256;

    private readonly StringBuilder _text = new();
    private readonly List<Heading> _headings = [];
    private int _paragraphStart, _level, _images, _hidden;
    private bool _inRun, _vanish;

    public static ExtractedText Read(Stream part, DocxStyles styles, CancellationToken cancel)
    {
        var body = new DocxBody(styles);
        using var reader = XmlReader.Create(part, DocxStyles.Safe);
        body.Walk(reader, cancel);
        return new ExtractedText(body._text.ToString(), body._headings, "docx/1") { IgnoredImages = body._images, HiddenCharacters = body._hidden };
    }

    private void Walk(XmlReader reader, CancellationToken cancel)
    {
        var more = reader.Read();
        while (more)
        {
            if (reader.Depth > MaximumDepth)
            {
                throw new InvalidFileException($"The document nests elements deeper than {MaximumDepth} levels.", "Save the document again and send the new file.");
            }

            more = reader.NodeType switch
            {
                XmlNodeType.Element when IsPicture(reader.LocalName) => SkipPicture(reader),
                XmlNodeType.Element when reader.LocalName is "Fallback" => SkipElement(reader),
                XmlNodeType.Element when reader.NamespaceURI == DocxStyles.Word => Open(reader),
                XmlNodeType.EndElement when reader.NamespaceURI == DocxStyles.Word => Close(reader, cancel),
                _ => reader.Read(),
            };
        }
    }

    private static bool IsPicture(string name) => name is "drawing" or "pict" or "object";

    private bool SkipPicture(XmlReader reader)
    {
        _images++;
        return SkipElement(reader);
    }

    private static bool SkipElement(XmlReader reader)
    {
        reader.Skip();
        return !reader.EOF;
    }

    private bool Open(XmlReader reader)
    {
        switch (reader.LocalName)
        {
            case "p":
                _paragraphStart = _text.Length;
                _level = 0;
                break;
            case "pStyle":
                _level = styles.Level(reader.GetAttribute("val", DocxStyles.Word) ?? "");
                break;
            case "outlineLvl":
                _level = DocxStyles.OutlineLevel(reader.GetAttribute("val", DocxStyles.Word));
                break;
            case "r":
                _inRun = !reader.IsEmptyElement;
                _vanish = false;
                break;
            case "vanish" when _inRun:
                _vanish = reader.GetAttribute("val", DocxStyles.Word) is not ("0" or "false" or "off");
                break;
            case "tab" when _inRun:
                _text.Append('\t');
                break;
            case "br" or "cr" when _inRun:
                _text.Append('\n');
                break;
            case "noBreakHyphen":
                _text.Append('-');
                break;
            case "t":
                return AppendText(reader);
        }

        return reader.Read();
    }

    private bool AppendText(XmlReader reader)
    {
        if (reader.IsEmptyElement)
        {
            return reader.Read();
        }

        while (reader.Read() && reader.NodeType != XmlNodeType.EndElement)
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
            {
                if (_vanish)
                {
                    _hidden += reader.Value.Length;
                }
                else
                {
                    _text.Append(reader.Value);
                }
            }
            else if (reader.NodeType == XmlNodeType.Element)
            {
                throw new InvalidFileException("The document holds elements inside a text run.", "Save the document again and send the new file.");
            }
        }

        return reader.Read();
    }

    private bool Close(XmlReader reader, CancellationToken cancel)
    {
        if (reader.LocalName == "r")
        {
            _inRun = false;
        }
        else if (reader.LocalName == "p")
        {
            cancel.ThrowIfCancellationRequested();
            var title = _level > 0 ? _text.ToString(_paragraphStart, _text.Length - _paragraphStart).Trim() : "";
            _text.Append("\n\n");
            if (title.Length > 0)
            {
                _headings.Add(new Heading(_level, title, _paragraphStart, _text.Length));
            }

            _level = 0;
        }

        return reader.Read();
    }
}
