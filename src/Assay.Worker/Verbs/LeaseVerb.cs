using System.CommandLine;
using Assay.Client.Leases;
using Assay.Data.Sandbox;
using Assay.Worker.Jobs;
using Assay.Worker.Leases;

namespace Assay.Worker.Verbs;

/// <summary><c>lease --kind KIND</c>: works for a server until the server ends or there is nothing more to do. Started by the server itself.</summary>
internal static class LeaseVerb
{
    private const string SecretVariable = "ASSAY_WORKER_SECRET";
    private const long LongestFile = 4L << 30;
    private const long LongestExport = 1L << 40;

    public static Command Create()
    {
        var server = new Option<Uri>("--server")
        {
            Description = "Address of the server",
            Required = true,
            CustomParser = given => new Uri(given.Tokens[0].Value, UriKind.Absolute),
        };
        var kind = new Option<string>("--kind") { Description = "validate, train, infer or export", Required = true };
        kind.AcceptOnlyFromAmong([.. WorkerJobs.All.Keys]);
        var name = new Option<string>("--name") { Description = "Name of this worker", Required = true };
        var memory = new Option<int>("--memory-mib") { Description = "Memory limit in MiB, 0 for none" };
        var command = new Command("lease", "Works for a server; started by the server.") { server, kind, name, memory };
        command.SetAction((parsed, cancel) =>
            RunAsync(parsed.GetValue(server)!, parsed.GetValue(kind)!, parsed.GetValue(name)!, parsed.GetValue(memory), cancel));
        return command;
    }

    private static async Task<int> RunAsync(Uri server, string kind, string name, int memoryMiB, CancellationToken cancel)
    {
        if (Environment.GetEnvironmentVariable(SecretVariable) is not { Length: > 0 } secret)
        {
            await Console.Error.WriteLineAsync($"'lease' is started by the server, which hands over {SecretVariable}. Run './assay serve' instead.");
            return 2;
        }

        Environment.SetEnvironmentVariable(SecretVariable, null);
        if (memoryMiB > 0)
        {
            ProcessLimits.Apply((long)memoryMiB << 20, kind == "export" ? LongestExport : LongestFile);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        ParentWatch.Start(stop);
        using var client = new LeaseClient(server, secret, name);
        try
        {
            await WorkerJobs.All[kind](client, stop.Token);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (HttpRequestException gone)
        {
            await Console.Error.WriteLineAsync($"The server cannot be reached any more: {gone.Message}");
            return gone.StatusCode is null ? 3 : 5; // gone is no fault of the job; a refused report may be
        }
    }
}
