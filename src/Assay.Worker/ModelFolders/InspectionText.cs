using System.Globalization;
using Assay.Models.Engine;

namespace Assay.Worker.ModelFolders;

/// <summary>An inspection as lines for people.</summary>
internal static class InspectionText
{
    /// <summary>Writes what is known, then the forecasts, then the problems.</summary>
    public static void Write(ModelInspection model, TextWriter output)
    {
        Line("family", model.ModelType);
        Line("conformance", model.Conformance);
        Line("published", model.PublishedCheckpoint);
        Line("shape", model.Blocks is null ? null : $"{model.Blocks} blocks, width {model.Hidden}, context {model.Context}, positions: {model.Positions}");
        Line("vocabulary", model.Vocabulary is null ? null : $"{model.Vocabulary} rows, head {(model.TiedHead is true ? "tied to them" : "of its own")}");
        Line("parameters", model.Parameters is null ? null : $"{Grouped(model.Parameters.Value)} ({string.Join(", ", model.ParametersByPart!.Select(part => $"{part.Key.Replace('_', '-')} {Grouped(part.Value)}"))})");
        Line("stored as", model.WeightBytes is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", model.Dtypes)}, {bytes / 1048576.0:F1} MiB") : null);
        Line("tokenizer", model.Tokenizer is null ? "none that can be read" : $"{model.Tokenizer}, end ids {(model.EndIds.Count == 0 ? "none" : string.Join(", ", model.EndIds))}");
        Line("chat template", model.ChatTemplate ? "yes" : "none: the model cannot chat");
        Line("licence", model.License ?? "the card names none");
        if (model.Forecasts.Count > 0)
        {
            Line("memory", $"{Grouped(model.FreeMib)} MiB are free; a run may claim {(int)(MemoryForecast.UsableShare * 100)} % of them");
            foreach (var row in model.Forecasts)
            {
                Line("", $"{Grouped(row.TotalMib),9} MiB  {row.Use}{(row.Fits ? "" : ": does not fit")}");
            }
        }

        foreach (string problem in model.Problems)
        {
            Line("problem", problem);
        }

        Line("verdict", model.Problems.Count == 0 ? "can be used" : "cannot be used");

        void Line(string name, string? text)
        {
            if (text is not null)
            {
                output.WriteLine($"{name,-14}{text}");
            }
        }
    }

    private static string Grouped(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
