using System.CommandLine;
using System.Text.Json;
using Assay.Worker.ModelFolders;

namespace Assay.Worker.Verbs;

/// <summary><c>engine inspect</c>: what a model folder holds, what it needs, and why not if it cannot be used. Reads headers, never weights.</summary>
internal static class InspectVerb
{
    private static readonly JsonSerializerOptions Form = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        var folder = new Argument<string>("dir") { Description = "Model folder in Hugging Face layout." };
        var rank = new Option<int>("--rank") { Description = "Rank of the forecast's adapter on all linear layers.", DefaultValueFactory = _ => 16 };
        var tokens = new Option<int>("--tokens") { Description = "Tokens of a training step's largest bin.", DefaultValueFactory = _ => 1024 };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of text." };
        var command = new Command("inspect", "Says what a model folder is, what it needs, and why not if it cannot be used.") { folder, rank, tokens, json };
        command.SetAction(arguments =>
        {
            int width = arguments.GetValue(rank);
            int bin = arguments.GetValue(tokens);
            if (width is < 1 or > 4096 || bin is < 1 or > 1 << 20)
            {
                Console.Error.WriteLine("--rank is from 1 to 4096 and --tokens from 1 to 1048576.");
                return 2;
            }

            return Run(arguments.GetRequiredValue(folder), new InspectionOptions(width, bin), arguments.GetValue(json), Console.Out);
        });
        return command;
    }

    /// <summary>Inspects and writes.</summary>
    /// <returns>0 when the model can be used, 1 when not.</returns>
    internal static int Run(string folder, InspectionOptions options, bool json, TextWriter output)
    {
        var inspection = ModelInspection.Of(folder, options);
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(inspection, Form));
        }
        else
        {
            InspectionText.Write(inspection, output);
        }

        return inspection.Problems.Count == 0 ? 0 : 1;
    }
}
