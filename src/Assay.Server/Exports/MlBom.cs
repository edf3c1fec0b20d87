using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Assay.Client.Models;

namespace Assay.Server.Exports;

/// <summary>Writes a machine-learning bill of materials: the tuned model, its base and the data it learnt from. Pure.</summary>
/// <remarks>CycloneDX 1.6, components of type machine-learning-model with a model card, and of type data.</remarks>
internal static class MlBom
{
    /// <param name="model">What is known of it.</param>
    /// <param name="files">The exported files; empty for the bill alone, which then names the adapter's weights.</param>
    public static JsonObject Write(ModelFact model, IReadOnlyList<ExportFile> files)
    {
        var own = $"model:{model.Name}";
        var under = $"model:{model.BaseName}";
        return WithoutNulls(new JsonObject
        {
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["serialNumber"] = "urn:uuid:" + Serial(model, files),
            ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["timestamp"] = model.EndedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                ["tools"] = new JsonObject { ["components"] = new JsonArray(new JsonObject { ["type"] = "application", ["name"] = "assay", ["version"] = Transparency.LedgerFacts.Code["assay ".Length..] }) },
                ["component"] = Tuned(model, own, files),
            },
            ["components"] = new JsonArray([Base(model, under), .. model.Data.Select(Data)]),
            ["dependencies"] = new JsonArray(new JsonObject
            {
                ["ref"] = own,
                ["dependsOn"] = new JsonArray([under, .. model.Data.Select(data => (JsonNode)Reference(data))]),
            }),
        });
    }

    private static JsonObject Tuned(ModelFact model, string reference, IReadOnlyList<ExportFile> files) => new()
    {
        ["type"] = "machine-learning-model",
        ["bom-ref"] = reference,
        ["name"] = model.Name,
        ["version"] = model.RunId,
        ["hashes"] = files.Count == 0 ? new JsonArray(Hash(model.AdapterSha256)) : null,
        ["components"] = new JsonArray([.. files.Select(file => new JsonObject { ["type"] = "file", ["name"] = file.Name, ["hashes"] = new JsonArray(Hash(file.Sha256)) })]),
        ["modelCard"] = new JsonObject
        {
            ["modelParameters"] = new JsonObject
            {
                ["approach"] = new JsonObject { ["type"] = model.Settings.Objective == "text" ? "self-supervised" : "supervised" },
                ["task"] = "text-generation",
                ["architectureFamily"] = model.Base?.Family,
                ["modelArchitecture"] = model.Base?.Family,
                ["datasets"] = new JsonArray([.. model.Data.Select(data => new JsonObject { ["ref"] = Reference(data) })]),
                ["inputs"] = new JsonArray(new JsonObject { ["format"] = "text" }),
                ["outputs"] = new JsonArray(new JsonObject { ["format"] = "text" }),
            },
            ["quantitativeAnalysis"] = new JsonObject { ["performanceMetrics"] = Metrics(model) },
        },
        ["properties"] = new JsonArray(
            Property("assay:run", model.RunId),
            Property("assay:ledger:start", model.StartIndex.ToString(CultureInfo.InvariantCulture)),
            Property("assay:ledger:end", model.EndIndex?.ToString(CultureInfo.InvariantCulture) ?? ""),
            Property("assay:seed", model.Settings.Seed.ToString(CultureInfo.InvariantCulture)),
            Property("assay:adapter:sha256", model.AdapterSha256)),
    };

    private static JsonArray Metrics(ModelFact model) => model is { BaseLoss: { } before, TunedLoss: { } after }
        ? [Metric("held-out loss of the base, nats per token", before), Metric("held-out loss, nats per token", after)]
        : [];

    private static JsonObject Metric(string type, double value) => new() { ["type"] = type, ["value"] = value.ToString("R", CultureInfo.InvariantCulture), ["slice"] = "held-out records" };

    private static JsonObject Base(ModelFact model, string reference) => new JsonObject
    {
        ["type"] = "machine-learning-model",
        ["bom-ref"] = reference,
        ["name"] = model.BaseName,
        ["licenses"] = model.Base is { } known ? new JsonArray(new JsonObject { ["license"] = new JsonObject { ["name"] = known.Licence } }) : null,
    };

    private static JsonObject Data(DataFact data) => new JsonObject
    {
        ["type"] = "data",
        ["bom-ref"] = Reference(data),
        ["name"] = data.Name,
        ["version"] = data.Version.ToString(CultureInfo.InvariantCulture),
        ["licenses"] = new JsonArray([.. data.Licences.Select(one => new JsonObject { ["license"] = new JsonObject { ["name"] = one.Licence } })]),
        ["data"] = new JsonArray(new JsonObject { ["type"] = "dataset", ["name"] = data.Name }),
        ["properties"] = new JsonArray(
            Property("assay:files", data.Files.ToString(CultureInfo.InvariantCulture)),
            Property("assay:records", data.Records.ToString(CultureInfo.InvariantCulture)),
            Property("assay:records:root", data.Root),
            Property("assay:ledger", data.LedgerIndex.ToString(CultureInfo.InvariantCulture))),
    };

    private static string Reference(DataFact data) => string.Create(CultureInfo.InvariantCulture, $"data:{data.DatanetId}@{data.Version}");

    private static JsonObject Hash(string sha256) => new() { ["alg"] = "SHA-256", ["content"] = sha256 };

    private static JsonObject Property(string name, string value) => new JsonObject { ["name"] = name, ["value"] = value };

    /// <summary>The schema knows absent members, not null ones.</summary>
    private static JsonObject WithoutNulls(JsonObject bill)
    {
        foreach (var (name, value) in bill.ToList())
        {
            if (value is null)
            {
                bill.Remove(name);
            }

            foreach (var inner in value is JsonArray list ? list : (IEnumerable<JsonNode?>)[value])
            {
                _ = inner is JsonObject item ? WithoutNulls(item) : null;
            }
        }

        return bill;
    }

    // RFC 9562 version 8: the same model and files have the same number.
    private static Guid Serial(ModelFact model, IReadOnlyList<ExportFile> files)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"assay/ml-bom/v1\0{model.RunId}\0{model.AdapterSha256}\0{string.Join('\0', files.Select(file => file.Sha256))}"))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
