using System.CommandLine;
using System.Globalization;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Hosting;

namespace Assay.Server.Demo;

/// <summary><c>assay demo [--data DIR] [--port N] [--exit]</c>: starts the product in a fresh folder and walks through it by its public API.</summary>
internal static class DemoCommand
{
    public static Command Make()
    {
        var data = new Option<string?>("--data") { Description = "Empty data folder; default: a new one under data/" };
        var port = ServeCommand.PortOption();
        var exit = new Option<bool>("--exit") { Description = "Stop everything after the walk" };
        var command = new Command("demo", "Walk a sample datanet through the whole product, then keep serving") { data, port, exit };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(data), parsed.GetValue(port), parsed.GetValue(exit), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string? data, int port, bool exit, CancellationToken cancel)
    {
        var folder = Path.GetFullPath(data ?? Path.Combine(Environment.GetEnvironmentVariable("ASSAY_HOME") ?? ".", "data",
            "demo-" + TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)));
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            await Console.Error.WriteLineAsync($"The folder '{folder}' is not empty. The demo starts from nothing: give it an empty or new one with --data.");
            return 2;
        }

        var settings = ServeCommand.Settings(folder, port);
        settings["Review:AuditShare"] = settings["Review:AuditShareUnproven"] = "0"; // chance has no place in a walk whose every outcome is checked
        settings["Review:VotesNeeded"] = "1"; // the demo has one reviewer; the verdicts say that they rest on one vote
        settings["Logging:LogLevel:Default"] = "Warning"; // the walk tells what happens
        await using var app = AssayHost.Build(settings);
        if (await ServeCommand.StartAsync(app, port, cancel) is { } problem)
        {
            await Console.Error.WriteLineAsync(problem);
            return 2;
        }

        var address = new Uri(app.Urls.First());
        var token = await app.Services.GetRequiredService<SetupToken>().CurrentAsync(cancel);
        using var walk = new DemoWalk(address, app.Services.GetRequiredService<DataFolder>(), token!, TimeProvider.System);
        var good = await walk.RunAsync(cancel);
        if (exit || !good)
        {
            await app.StopAsync(CancellationToken.None);
            return good ? 0 : 1;
        }

        DemoScreen.Say($"Serving {address} until you press Ctrl+C. The sign-ins are listed under step 1.");
        await app.WaitForShutdownAsync(cancel);
        return 0;
    }
}
