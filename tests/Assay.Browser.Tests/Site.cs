using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Assay.Testing;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Assay.Browser.Tests.Site))]

namespace Assay.Browser.Tests;

/// <summary>The real server program on a fresh data folder, with its worker, and one Chromium for all tests.</summary>
public sealed class Site : IAsyncLifetime
{
    public const string Password = "a long enough password";

    private const string Chromium = "/usr/bin/chromium";

    private static readonly TimeSpan Start = TimeSpan.FromSeconds(60);

    private readonly string _data = Directory.CreateTempSubdirectory("assay-browser-").FullName;
    private readonly SemaphoreSlim _once = new(1);
    private Process? _server;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private SeededDatanet? _seeded;

    /// <summary>Where the site answers, without a slash at the end.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Where the starter model is looked for: the project's root, or what the server is told.</summary>
    private static string Home => Environment.GetEnvironmentVariable("Storage__Home") ?? Repository.Root;

    private static string Configuration => Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    public async ValueTask InitializeAsync()
    {
        if (Missing() is not null)
        {
            return;
        }

        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = $"http://localhost:{((IPEndPoint)free.LocalEndpoint).Port}";
        }

        _server = Process.Start(new ProcessStartInfo(Program("Assay.Server"), ["serve", "--data", _data, "--port", Address[(Address.LastIndexOf(':') + 1)..]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["Accounts__SignUpsPerDay"] = "1000", ["Review__VotesNeeded"] = "1", ["Review__AuditShare"] = "0", ["Review__AuditShareUnproven"] = "0" },
        })!;
        _server.OutputDataReceived += (_, _) => { };
        _server.ErrorDataReceived += (_, _) => { };
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        await HealthyAsync();

        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = Environment.UserName == "root" ? ["--no-sandbox"] : [],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
        if (_server is not null)
        {
            _server.Kill(entireProcessTree: true);
            await _server.WaitForExitAsync();
            _server.Dispose();
        }

        Directory.Delete(_data, recursive: true);
        _once.Dispose();
    }

    /// <summary>A fresh visitor; skips the test where the browser or the built programs are missing.</summary>
    public async Task<Visitor> VisitAsync(ColorScheme scheme = ColorScheme.Light, int width = 1280)
    {
        var missing = Missing();
        Assert.SkipWhen(missing is not null, missing ?? "");
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Address,
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
        });
        context.SetDefaultTimeout(30_000);
        return new Visitor(context, await context.NewPageAsync());
    }

    /// <summary>A datanet with accepted files and one frozen version, made once for all tests that only read it.</summary>
    public async Task<SeededDatanet> SeededAsync(CancellationToken cancel)
    {
        await _once.WaitAsync(cancel);
        try
        {
            return _seeded ??= await SeededDatanet.MakeAsync(Address, cancel);
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>The address that makes the first operator; there is one such link for all tests.</summary>
    public async Task<string> SetupPathAsync(CancellationToken cancel) =>
        $"/sign-up?setup={await File.ReadAllTextAsync(Path.Combine(_data, "keys", "setup-token"), cancel)}";

    /// <summary>Skips the test where no base model lies: runs and chat need one.</summary>
    public static void RequireStarter() =>
        Assert.SkipUnless(File.Exists(Path.Combine(Home, "models", "starter", "config.json")), "models/starter is not on this machine");

    private static string Program(string project) => Path.Combine(Repository.Root, "artifacts", "bin", project, Configuration, project);

    private static string? Missing() => !File.Exists(Chromium) ? $"{Chromium} is not installed (Debian: apt-get install chromium)"
        : Array.Find(["Assay.Server", "Assay.Worker"], project => !File.Exists(Program(project))) is { } project ? $"{Program(project)} is not built"
        : null;

    private async Task HealthyAsync()
    {
        using var client = new HttpClient();
        var since = Stopwatch.StartNew();
        string answer = "nothing";
        while (since.Elapsed < Start && !_server!.HasExited)
        {
            try
            {
                using var response = await client.GetAsync(new Uri($"{Address}/health"));
                if (response.IsSuccessStatusCode)
                {
                    return;
                }

                answer = $"status {(int)response.StatusCode}";
            }
            catch (HttpRequestException error)
            {
                answer = error.Message;
            }

            await Task.Delay(200);
        }

        throw new InvalidOperationException($"The server did not become healthy within {Start.TotalSeconds} s{(_server!.HasExited ? ", it ended" : "")}; its last answer: {answer}.");
    }
}
