using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Assay.Data.Formats.Datasets;

/// <summary>Describes a bundle in Croissant 1.1 (MLCommons), JSON-LD: the files with their hashes and the columns of each table.</summary>
public static class Croissant
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document as indented JSON.</summary>
    public static string Write(DatasetDescription set)
    {
        ArgumentNullException.ThrowIfNull(set);
        var document = new JsonObject
        {
            ["@context"] = Context(),
            ["@type"] = "sc:Dataset",
            ["conformsTo"] = "http://mlcommons.org/croissant/1.1",
            ["name"] = set.Name,
            ["description"] = set.Purpose,
            ["version"] = string.Create(CultureInfo.InvariantCulture, $"{set.Version}.0.0"),
            ["datePublished"] = set.Published.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["license"] = Words(set.Licences.Select(licence => $"https://spdx.org/licenses/{licence}.html")),
            ["inLanguage"] = Words(set.Languages),
            ["keywords"] = Words(set.Keywords),
            ["identifier"] = set.RecordsRoot,
            ["isLiveDataset"] = false,
            ["distribution"] = new JsonArray([.. set.Parts.Select(FileObject)]),
            ["recordSet"] = new JsonArray([.. set.Parts.Select(RecordSet)]),
        };
        if (set.Url is { } url)
        {
            document["url"] = url;
        }

        return document.ToJsonString(Indented) + "\n";
    }

    private static JsonNode FileObject(DatasetPart part) => new JsonObject
    {
        ["@type"] = "cr:FileObject",
        ["@id"] = part.Path,
        ["name"] = part.Path,
        ["contentUrl"] = part.Path,
        ["contentSize"] = string.Create(CultureInfo.InvariantCulture, $"{part.Bytes} B"),
        ["encodingFormat"] = "application/vnd.apache.parquet",
        ["sha256"] = part.Sha256,
    };

    private static JsonNode RecordSet(DatasetPart part) => new JsonObject
    {
        ["@type"] = "cr:RecordSet",
        ["@id"] = part.Table,
        ["name"] = part.Table,
        ["key"] = new JsonObject { ["@id"] = $"{part.Table}/{(part.Table == "files" ? "contribution" : "sha256")}" },
        ["field"] = new JsonArray([.. (part.Table == "files" ? FileTable.Described : RecordTable.Described).Select(column => Field(part, column.Name, column.DataType))]),
    };

    private static JsonObject Field(DatasetPart part, string name, string type) => new JsonObject
    {
        ["@type"] = "cr:Field",
        ["@id"] = $"{part.Table}/{name}",
        ["name"] = name,
        ["dataType"] = type,
        ["source"] = new JsonObject
        {
            ["fileObject"] = new JsonObject { ["@id"] = part.Path },
            ["extract"] = new JsonObject { ["column"] = name },
        },
    };

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => (JsonNode)word)]);

    /// <summary>The terms of the vocabulary that Croissant documents declare.</summary>
    private static JsonObject Context()
    {
        var context = new JsonObject
        {
            ["@language"] = "en",
            ["@vocab"] = "https://schema.org/",
            ["sc"] = "https://schema.org/",
            ["cr"] = "http://mlcommons.org/croissant/",
            ["rai"] = "http://mlcommons.org/croissant/RAI/",
            ["dct"] = "http://purl.org/dc/terms/",
            ["conformsTo"] = "dct:conformsTo",
            ["data"] = new JsonObject { ["@id"] = "cr:data", ["@type"] = "@json" },
            ["dataType"] = new JsonObject { ["@id"] = "cr:dataType", ["@type"] = "@vocab" },
            ["examples"] = new JsonObject { ["@id"] = "cr:examples", ["@type"] = "@json" },
        };
        foreach (var term in (string[])["arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileObject", "fileProperty", "fileSet", "format", "includes",
            "isArray", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator", "source",
            "subField", "transform"])
        {
            context[term] = $"cr:{term}";
        }

        return context;
    }
}
