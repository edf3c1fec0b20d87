using System.Globalization;
using System.Text;
using Assay.Client.Models;
using Assay.Client.Runs;

namespace Assay.Server.Exports;

/// <summary>Writes a model card from facts, in the layout that model hubs read: a YAML head, then Markdown. Pure.</summary>
internal static class ModelCard
{
    private static readonly IFormatProvider Plain = CultureInfo.InvariantCulture;

    /// <param name="model">What is known of it.</param>
    /// <param name="export">The files the card lies beside; null for the card alone.</param>
    /// <param name="parity">Their verdict.</param>
    public static string Write(ModelFact model, ExportRow? export, ParityView? parity)
    {
        var card = new StringBuilder();
        Head(card, model, export);
        card.Append(Plain, $"# {model.Name}\n\n");
        if (model.Base is { Demonstration: true })
        {
            card.Append("Tuned from a demonstration model: it shows how training works and is no useful assistant.\n\n");
        }

        card.Append(Plain, $"{MethodName(model.Settings.Method)} fine-tuning of `{model.BaseName}`, made on {model.EndedAt:yyyy-MM-dd} with {Transparency.LedgerFacts.Code}. Everything below is taken from the run's records.\n\n");
        if (model.Removed > 0)
        {
            card.Append(Plain, $"**{model.Removed} of the files it was trained on were removed since.** A model trained again without them should take its place.\n\n");
        }

        Data(card, model);
        Quality(card, model);
        Settings(card, model.Settings);
        Parity(card, parity);
        Provenance(card, model);
        return card.ToString();
    }

    private static void Head(StringBuilder card, ModelFact model, ExportRow? export)
    {
        card.Append("---\n");
        card.Append(Plain, $"base_model: {Quoted(model.BaseName)}\n");
        card.Append(Plain, $"license: {Quoted(model.Base?.Licence ?? "other")}\n");
        card.Append(export?.Format switch
        {
            "adapter" or null => "library_name: peft\n",
            "gguf" => "library_name: gguf\n",
            _ => "library_name: transformers\n",
        });
        card.Append("pipeline_tag: text-generation\ntags:\n- assay\n");
        card.Append(Plain, $"- {(model.Settings.Method == "qlora" ? "qlora" : "lora")}\n---\n\n");
    }

    private static void Data(StringBuilder card, ModelFact model)
    {
        card.Append(Plain, $"## Data\n\n{model.TrainRecords} records were trained and {model.HoldOutRecords} held out.\n\n| Datanet | Version | Files | Records | Licences of the files | Ledger entry |\n|---|---|---|---|---|---|\n");
        foreach (var data in model.Data)
        {
            var licences = string.Join(", ", data.Licences.Select(one => string.Create(Plain, $"{one.Licence} ({one.Files})")));
            card.Append(Plain, $"| {Cell(data.Name)} | {data.Version} | {data.Files} | {data.Records} | {Cell(licences)} | {data.LedgerIndex} |\n");
        }

        card.Append('\n');
    }

    private static void Quality(StringBuilder card, ModelFact model)
    {
        card.Append("## Quality\n\n");
        if (model is { BaseLoss: { } before, TunedLoss: { } after })
        {
            card.Append(Plain, $"| On the {model.HoldOutRecords} held-out records | Base | Tuned |\n|---|---|---|\n| loss, nats per token | {before:F4} | {after:F4} |\n| perplexity | {Math.Exp(before):F2} | {Math.Exp(after):F2} |\n\n");
            card.Append(model.HoldOutRecords < 20 ? "Fewer than 20 held-out records: too few to judge.\n\n" : "");
        }
        else
        {
            card.Append("Nothing was held out, so nothing was measured.\n\n");
        }

        card.Append("These figures say how well the model predicts records of the same datanets. They say nothing about other uses, about safety or about truth of its answers.\n\n");
    }

    private static void Settings(StringBuilder card, RunSettings settings)
    {
        card.Append("## Training settings\n\n| Setting | Value |\n|---|---|\n");
        foreach (var setting in RunSettingList.All)
        {
            card.Append(Plain, $"| {setting.Name} | {Cell(setting.Read(settings)?.ToString() ?? "–")} |\n");
        }

        card.Append('\n');
    }

    private static void Parity(StringBuilder card, ParityView? parity)
    {
        if (parity is null)
        {
            return;
        }

        card.Append(Plain, $"## These files beside the tested model\n\n{(parity.Verdict == "pass" ? "Passed." : "**Differs from the tested model.**")} The files were loaded again and asked {parity.Prompts} fixed prompts: over {parity.Tokens} tokens the largest logit difference is {parity.MaxLogitDifference:G3}, the mean KL divergence {parity.MeanKl:G3} nats, the likeliest token is the same at {parity.EqualTop:P1}, and {parity.EqualReplies} greedy answers are equal. Asked for: {parity.Limit}.\n\n");
    }

    private static void Provenance(StringBuilder card, ModelFact model)
    {
        card.Append(Plain, $"## Provenance\n\n- Run `{model.RunId}`: ledger entries {model.StartIndex} (start){(model.EndIndex is { } end ? string.Create(Plain, $" and {end} (end)") : "")}\n- Adapter SHA-256 `{model.AdapterSha256}`\n");
        if (model.StartFrom is { } earlier)
        {
            card.Append(Plain, $"- Continues run `{earlier}`\n");
        }

        foreach (var data in model.Data)
        {
            card.Append(Plain, $"- Root over the records of {Cell(data.Name)}, version {data.Version}: `{data.Root}`\n");
        }
    }

    private static string MethodName(string method) => method switch
    {
        "qlora" => "QLoRA",
        "dora" => "DoRA",
        _ => "LoRA",
    };

    private static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text); // a JSON string is a YAML string

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
