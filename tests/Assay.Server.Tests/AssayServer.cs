using System.Globalization;
using Assay.Client.Leases;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Compute;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Assay.Server.Tests;

/// <summary>The real server, on a data folder of its own and a free port. Workers are not started unless a test asks for them.</summary>
public sealed class AssayServer : IAsyncLifetime
{
    private readonly Dictionary<string, string?> _settings = new()
    {
        ["Urls"] = "http://127.0.0.1:0",
        ["Compute:StartWorkers"] = "false",
        ["Accounts:SignUpsPerDay"] = "100000",
    };

    // No redirects and no cookies: what a test sends is what it wrote.
    private readonly SocketsHttpHandler _handler = new() { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"assay-test-{Guid.NewGuid():n}");
    private TimeProvider? _clock;
    private WebApplication? _app;
    private int _people;

    /// <summary>The running server's address.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Sends no credentials.</summary>
    public HttpClient Anonymous { get; private set; } = new();

    /// <summary>The data folder.</summary>
    public string Folder => Path.Combine(_folder, "data");

    /// <summary>A folder beside the data folder, gone with it.</summary>
    public string Scratch => _folder;

    /// <summary>The host itself, for code that is given one.</summary>
    internal WebApplication Application => App;

    private WebApplication App => _app ?? throw new InvalidOperationException("The server is not running.");

    /// <summary>Starts a server of the test's own.</summary>
    /// <param name="clock">Null: the machine's clock.</param>
    /// <param name="settings">Settings in the form <c>Section:Name=value</c>; <c>{scratch}</c> stands for <see cref="Scratch"/>.</param>
    public static async Task<AssayServer> StartAsync(TimeProvider? clock, params string[] settings)
    {
        var server = new AssayServer { _clock = clock };
        server.Set(settings);
        await server.InitializeAsync();
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _settings["Storage:Folder"] = Folder;
        Directory.CreateDirectory(_folder);
        _app = AssayHost.Build(_settings, services =>
        {
            services.AddLogging(logging => logging.ClearProviders().AddProvider(Failures));
            if (_clock is not null)
            {
                services.AddSingleton(_clock);
            }
        });
        await AssayHost.PrepareAsync(_app);
        await _app.StartAsync();
        Address = new Uri(_app.Urls.First());
        Anonymous = Client(null);
    }

    /// <summary>What the server logged as an error since the test last looked: every unhandled exception is in it.</summary>
    public FailureLog Failures { get; } = new();

    /// <summary>Stops the server and starts it again on the same folder, on a new port. Earlier clients no longer reach it.</summary>
    /// <param name="clock">The clock from now on; null: as before.</param>
    public async Task RestartAsync(TimeProvider? clock = null)
    {
        await StopAsync();
        _clock = clock ?? _clock;
        await InitializeAsync();
    }

    /// <summary>Settings from the next start on; without a value one is gone.</summary>
    public void Set(params string[] settings)
    {
        foreach (var setting in settings)
        {
            var at = setting.IndexOf('=', StringComparison.Ordinal);
            _settings[setting[..at]] = at + 1 == setting.Length ? null : setting[(at + 1)..].Replace("{scratch}", Scratch, StringComparison.Ordinal);
        }
    }

    /// <summary>Stops the server; its folder stays.</summary>
    public async Task StopAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    /// <summary>A service of the running server.</summary>
    public T Get<T>() where T : notnull => App.Services.GetRequiredService<T>();

    /// <summary>An account with the roles of a sign-up and those given, and an API key with every scope of them.</summary>
    public async Task<Person> JoinAsync(params string[] roles)
    {
        var number = Interlocked.Increment(ref _people).ToString(CultureInfo.InvariantCulture);
        var now = Get<TimeProvider>().GetUtcNow();
        var account = NewAccount.Make($"person{number}@example.org", $"Person {number}", Person.Password, Roles.OnSignUp.Concat(roles), now);
        var (key, secret) = CreateKey.Make(account.Id, "test", Roles.ScopesOf(account.RoleList), now, 365);
        await Get<DbWriter>().WriteAsync(async (db, stop) =>
        {
            await NewAccount.AddAsync(db, account, stop);
            db.ApiKeys.Add(key);
        }, TestContext.Current.CancellationToken);
        return new Person(account.ToView(), secret, Client(secret));
    }

    /// <summary>A client that sends an API key, or nothing.</summary>
    public HttpClient Client(string? key)
    {
        var client = new HttpClient(_handler, disposeHandler: false) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(100) };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }

        return client;
    }

    /// <summary>A worker's client, trusted by the server.</summary>
    public LeaseClient Worker(string name) => new(Address, Get<WorkerSecret>().Value, name);

    internal AssayDb Read() => Get<Microsoft.EntityFrameworkCore.IDbContextFactory<AssayDb>>().CreateDbContext();

    internal DataFolder Paths => Get<DataFolder>();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _handler.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
