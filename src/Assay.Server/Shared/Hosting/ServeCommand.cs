using System.CommandLine;
using System.Globalization;
using Assay.Server.Accounts;
using Microsoft.Extensions.Options;

namespace Assay.Server.Shared.Hosting;

/// <summary><c>assay serve [--data DIR] [--port N]</c>: the product on this machine.</summary>
internal static class ServeCommand
{
    public const int DefaultPort = 5080;

    public static Command Make()
    {
        var data = new Option<string>("--data") { Description = "Data folder; made when absent", DefaultValueFactory = _ => "data/assay" };
        var port = PortOption();
        var command = new Command("serve", "Run the server on 127.0.0.1") { data, port };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(data)!, parsed.GetValue(port), cancel));
        return command;
    }

    public static Option<int> PortOption() => new("--port") { Description = "Port on 127.0.0.1", DefaultValueFactory = _ => DefaultPort };

    /// <summary>Settings for a server on a folder and port of this machine.</summary>
    public static Dictionary<string, string?> Settings(string folder, int port) => new()
    {
        ["Storage:Folder"] = Path.GetFullPath(folder),
        ["Urls"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"),
    };

    /// <summary>Prepares and starts listening; a sentence when the folder or the port cannot be used.</summary>
    public static async Task<string?> StartAsync(WebApplication app, int port, CancellationToken cancel)
    {
        var folder = app.Services.GetRequiredService<DataFolder>();
        if (!folder.TryLock())
        {
            return $"Another server is running on the folder '{folder.Root}'. Stop it, or choose another folder with --data.";
        }

        try
        {
            await AssayHost.PrepareAsync(app);
            await app.StartAsync(cancel);
            return null;
        }
        catch (OptionsValidationException options)
        {
            return $"The options cannot be used: {string.Join(Environment.NewLine, options.Failures)}";
        }
        catch (IOException taken)
        {
            return $"Port {port} cannot be used: {taken.Message} Choose another with --port.";
        }
    }

    private static async Task<int> RunAsync(string folder, int port, CancellationToken cancel)
    {
        await using var app = AssayHost.Build(Settings(folder, port));
        if (await StartAsync(app, port, cancel) is { } problem)
        {
            await Console.Error.WriteLineAsync(problem);
            return 2;
        }

        var address = app.Urls.First();
        Console.WriteLine($"Assay serves {address} from {Path.GetFullPath(folder)}");
        if (await app.Services.GetRequiredService<SetupToken>().CurrentAsync(cancel) is { } token)
        {
            Console.WriteLine($"There is no operator yet. Open {address}/sign-up?setup={token} once to become it.");
        }

        await app.WaitForShutdownAsync(cancel);
        return 0;
    }
}
