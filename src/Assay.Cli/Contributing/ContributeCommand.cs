using System.CommandLine;
using System.Globalization;
using Assay.Client;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Data.FileTypes;

namespace Assay.Cli.Contributing;

/// <summary><c>contribute DIR|FILE…</c>: sends files to a datanet, resumable and repeatable, and prints what became of each.</summary>
internal static class ContributeCommand
{
    /// <summary>Longest wait for verdicts with <c>--wait</c>.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    internal static Command Create()
    {
        var paths = new Argument<string[]>("path") { Description = "Files, and folders that are walked in order of their paths.", Arity = ArgumentArity.OneOrMore };
        var server = new Option<string>("--server") { Description = "Address of the server, such as http://127.0.0.1:5080.", Required = true };
        var datanet = new Option<string>("--datanet") { Description = "Id of the datanet.", Required = true };
        var licence = new Option<string>("--licence") { Description = "Licence of the files, one of the datanet's.", Required = true };
        var source = new Option<string?>("--source") { Description = "Where they come from." };
        var language = new Option<string?>("--language") { Description = "Their language, such as en." };
        var use = new Option<string?>("--use") { Description = "What they should teach." };
        var note = new Option<string?>("--note") { Description = "Why they are useful." };
        var columns = new Option<string?>("--columns") { Description = "Which columns of rows hold what, such as prompt=question,answer=reply." };
        var key = new Option<string?>("--key") { Description = "API key; without it the environment's ASSAY_KEY." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be sent and what would not fit; send nothing." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line on stdout, and nothing else." };
        var wait = new Option<bool>("--wait") { Description = "Wait for the verdicts." };
        var command = new Command("contribute", "Sends files to a datanet; repeated, it goes on where it stopped and sends nothing twice. Exit code 0 when every file was taken, 1 when one was not, 2 when it could not run.")
        {
            paths, server, datanet, licence, source, language, use, note, columns, key, dryRun, json, wait,
        };
        command.SetAction(async (arguments, cancel) =>
        {
            var facts = new ContributionFacts("", arguments.GetRequiredValue(licence), arguments.GetValue(source), arguments.GetValue(use), arguments.GetValue(note), arguments.GetValue(language),
                Columns: arguments.GetValue(columns));
            var mode = new Mode(arguments.GetValue(dryRun), arguments.GetValue(json), arguments.GetValue(wait));
            return await WithServerAsync(arguments.GetRequiredValue(server), arguments.GetValue(key), client =>
                RunAsync(client, FileWalk.Of(arguments.GetRequiredValue(paths)), arguments.GetRequiredValue(datanet), facts, mode, cancel));
        });
        return command;
    }

    /// <summary>Runs with a client of the server; what stands in the way is said and becomes an exit code.</summary>
    internal static async Task<int> WithServerAsync(string server, string? key, Func<AssayClient, Task<int>> run)
    {
        var secret = key ?? Environment.GetEnvironmentVariable("ASSAY_KEY");
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return await FailAsync($"'{server}' is no address of a server; one looks like http://127.0.0.1:5080.");
        }

        if (string.IsNullOrEmpty(secret))
        {
            return await FailAsync("An API key is needed: make one on your profile page, and give it with --key or in the environment as ASSAY_KEY.");
        }

        try
        {
            using var client = new AssayClient(address, secret);
            return await run(client);
        }
        catch (AssayRefusedException refused) when (refused.Problem.Status == 401)
        {
            return await FailAsync("The server does not take this API key: it is unknown, expired or without the scope 'contribute'. Make a new one on your profile page.");
        }
        catch (Exception problem) when (problem is AssayRefusedException or HttpRequestException or FileNotFoundException or IOException or UnauthorizedAccessException or InvalidFileException)
        {
            return await FailAsync(problem.Message);
        }
    }

    internal sealed record Mode(bool DryRun, bool Json, bool Wait);

    /// <summary>Sends files and prints what became of them.</summary>
    internal static async Task<int> RunAsync(AssayClient client, IReadOnlyList<LocalFile> files, string datanetId, ContributionFacts facts, Mode mode, CancellationToken cancel)
    {
        if (files.Count == 0)
        {
            return await FailAsync("There is no file in what was named; hidden files and links are left out.");
        }

        var datanet = await client.GetAsync<DatanetView>($"/api/v1/datanets/{Uri.EscapeDataString(datanetId)}", cancel);
        if (datanet.State != "open")
        {
            return await FailAsync($"The datanet '{DisplayName.Line(datanet.Name)}' is {datanet.State} and takes no files.");
        }

        var quota = await client.GetAsync<QuotaView>($"/api/v1/me/quota?datanet={datanet.Id}", cancel); // a key that is not good is known before any file
        var sender = new Sender(client, datanet, quota, facts, Console.Error);
        var outcomes = new List<FileOutcome>();
        foreach (var (number, file) in files.Index())
        {
            outcomes.Add(await sender.SendAsync(file, string.Create(CultureInfo.InvariantCulture, $"[{number + 1}/{files.Count}]"), mode.DryRun, cancel));
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        for (var index = 0; mode.Wait && index < outcomes.Count; index++)
        {
            try
            {
                outcomes[index] = await sender.DecidedAsync(outcomes[index], patience.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync($"Some files are still undecided after {Patience.TotalMinutes} minutes; their state is shown as it is.");
                break;
            }
        }

        await using var output = new StreamWriter(Console.OpenStandardOutput());
        if (mode.Json)
        {
            outcomes.ForEach(outcome => ContributeOutput.WriteJson(output, outcome));
        }
        else
        {
            ContributeOutput.WriteTable(output, outcomes);
        }

        return outcomes.TrueForAll(outcome => outcome.Good) ? ExitCodes.Good : ExitCodes.Bad;
    }

    internal static async Task<int> FailAsync(string why)
    {
        await Console.Error.WriteLineAsync(why);
        return ExitCodes.CouldNotRun;
    }
}
