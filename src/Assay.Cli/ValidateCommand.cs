using System.CommandLine;
using System.Text.Json;
using Assay.Data.FileTypes;
using Assay.Data.Sandbox;
using Assay.Data.Validation;

namespace Assay.Cli;

/// <summary><c>validate FILE…</c>: judges files by the rules that a server would use, offline and without quota. Each file is parsed in a limited child of this program.</summary>
internal static class ValidateCommand
{
    internal static Command Create()
    {
        var files = new Argument<string[]>("file") { Description = "Files to judge.", Arity = ArgumentArity.ZeroOrMore };
        var purpose = new Option<string?>("--purpose") { Description = "What the datanet is for; relevance is scored against it." };
        var kind = new Option<string?>("--kind") { Description = "text, image or audio; without it each file's own type decides." };
        kind.AcceptOnlyFromAmong("text", "image", "audio");
        var json = new Option<bool>("--json") { Description = "One JSON object a line on stdout, and nothing else." };
        var calibration = new Option<bool>("--calibration") { Description = "Judge the labelled set of samples/calibration instead, and print the ROC and the two error rates." };
        var command = new Command("validate", "Judges files by the validation rules, offline. Exit code 0 when every file was judged, 2 otherwise.") { files, purpose, kind, json, calibration };
        var rules = new Option<bool>("--rules") { Description = "Print the rules with versions, weights and parameters instead." };
        command.Options.Add(rules);
        command.Validators.Add(given =>
        {
            if (given.GetValue(rules))
            {
                return;
            }

            if (given.GetValue(calibration))
            {
                if (given.GetValue(files) is { Length: > 0 })
                {
                    given.AddError("--calibration judges its own set and takes no files.");
                }
            }
            else if (given.GetValue(files) is not { Length: > 0 } || given.GetValue(purpose) is null)
            {
                given.AddError("Name the files to judge, and say with --purpose what the datanet is for.");
            }
        });
        command.SetAction((arguments, cancel) => arguments.GetValue(rules)
            ? Task.FromResult(ValidateOutput.WriteRules(Console.Out, arguments.GetValue(json)))
            : arguments.GetValue(calibration)
            ? Task.FromResult(CalibrationCommand.Run(Console.Out, arguments.GetValue(json), cancel))
            : RunAsync(
                arguments.GetValue(files)!,
                arguments.GetValue(purpose)!,
                arguments.GetValue(kind) is { } word ? Enum.Parse<DatanetKind>(word, ignoreCase: true) : null,
                arguments.GetValue(json) ? ValidateOutput.WriteJson : ValidateOutput.WriteTable,
                cancel));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<string> files, string purpose, DatanetKind? kind, Action<TextWriter, string, ValidationReport> write, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(purpose))
        {
            await Console.Error.WriteLineAsync("--purpose is empty: say what the datanet is for, in a sentence or two.");
            return ExitCodes.CouldNotRun;
        }

        var unreadable = 0;
        await using var child = new LimitedProcess(ValidateChildCommand.Options());
        await using var output = new StreamWriter(Console.OpenStandardOutput());
        foreach (var file in files)
        {
            try
            {
                write(output, file, await JudgeAsync(file, new ValidationProfile(purpose), kind, child, cancel));
                await output.FlushAsync(cancel);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
            {
                unreadable++;
                await Console.Error.WriteLineAsync($"'{DisplayName.Of(file)}' was not judged: {problem.Message}");
            }
        }

        return unreadable == 0 ? 0 : ExitCodes.CouldNotRun;
    }

    private static async Task<ValidationReport> JudgeAsync(string file, ValidationProfile profile, DatanetKind? kind, LimitedProcess child, CancellationToken cancel)
    {
        var path = Path.GetFullPath(file);
        var head = new byte[FileTypes.HeadLength];
        long size;
        await using (var stream = File.OpenRead(path))
        {
            head = head[..await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel)];
            size = stream.Length;
        }

        if (FileGate.Check(new GateQuestion(Path.GetFileName(path), size, head, kind)) is { } refusal)
        {
            return ValidationReport.Refuse(refusal);
        }

        var question = JsonSerializer.Serialize(new ValidateChildCommand.Question(path, profile), InspectionJson.Options);
        var answer = await child.AskAsync(question, cancel);
        var findings = answer.Line is { } line
            ? JsonSerializer.Deserialize<ValidationFinding[]>(line, InspectionJson.Options) ?? throw new IOException("The reading process answered nothing.")
            : ValidationPipeline.Unsafe(await File.ReadAllBytesAsync(path, cancel), path, answer.Failure ?? "the reading process died.").Findings;
        return ValidationReport.Decide(findings, ValidationPolicy.Default);
    }
}
