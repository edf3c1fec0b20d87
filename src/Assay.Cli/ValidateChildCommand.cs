using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using Assay.Data.Sandbox;
using Assay.Data.Validation;

namespace Assay.Cli;

/// <summary>The hidden verb that <c>validate</c> starts: limits itself, then reads one hostile file a question until its input ends.</summary>
internal static class ValidateChildCommand
{
    private const string Verb = "validate-child";
    private const long MemoryBytes = 1L << 30, HeapBytes = 512L << 20, WrittenBytes = 1L << 20;

    /// <summary>Processor time for one file; the wall time is longer, since a busy machine is not the file's fault.</summary>
    private static readonly TimeSpan ParserTime = TimeSpan.FromSeconds(10), WallTime = TimeSpan.FromSeconds(30);

    /// <param name="Path">Absolute path of the file.</param>
    /// <param name="Profile">What it is judged against.</param>
    internal sealed record Question(string Path, ValidationProfile Profile);

    internal static Command Create()
    {
        var command = new Command(Verb, "Reads files for validate, a question a line.") { Hidden = true };
        command.SetAction((_, cancel) => RunAsync(cancel));
        return command;
    }

    /// <summary>How this same program is started as a child.</summary>
    internal static LimitedProcessOptions Options()
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known.");
        var isHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        string[] arguments = isHost ? [Assembly.GetExecutingAssembly().Location, Verb] : [Verb];
        return new LimitedProcessOptions(program, arguments) { HeapBytes = HeapBytes, AnswerTime = WallTime };
    }

    private static async Task<int> RunAsync(CancellationToken cancel)
    {
        ProcessLimits.Apply(MemoryBytes, WrittenBytes);
        WarmUp(cancel);
        await Console.Out.WriteLineAsync(LimitedProcess.Ready);
        while (await Console.In.ReadLineAsync(cancel) is { } line)
        {
            var question = JsonSerializer.Deserialize<Question>(line, InspectionJson.Options) ?? throw new InvalidOperationException("The question is empty.");
            ProcessLimits.AllowProcessorTime(ParserTime);
            var content = await File.ReadAllBytesAsync(question.Path, cancel);
            var inspection = ValidationPipeline.Inspect(content, new InspectionRequest(Path.GetFileName(question.Path), question.Profile), cancel);
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(inspection.Findings, InspectionJson.Options));
        }

        return 0;
    }

    /// <summary>Loads what every file needs (language models, reference texts) before the first file's time runs.</summary>
    private static void WarmUp(CancellationToken cancel)
    {
        const string sample = "A short English text, long enough that each of the rules has something to look at before the first file arrives. It is thrown away.";
        ValidationPipeline.Inspect(System.Text.Encoding.UTF8.GetBytes(sample), new InspectionRequest("warm-up.txt", new ValidationProfile(sample)), cancel);
    }
}
