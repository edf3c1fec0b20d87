using System.Text.Json;
using Assay.Client;
using Assay.Client.Accounts;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Runs;
using Assay.Server.Shared;

namespace Assay.Server.Demo;

/// <summary>What earlier steps of the walk made, for the later ones.</summary>
internal sealed class DemoState(Uri server, DataFolder folder, string setupToken, TimeProvider clock) : IDisposable
{
    private readonly Dictionary<string, AssayClient> _clients = [];
    private readonly long _began = clock.GetTimestamp();

    public Uri Server => server;

    public DataFolder Folder => folder;

    public string SetupToken => setupToken;

    public TimeProvider Clock => clock;

    /// <summary>Sample files of the text datanet.</summary>
    public string Samples => Path.Combine(folder.Samples, "text");

    /// <summary>Time since the server was up.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(_began);

    public DatanetView Datanet { get; set; } = null!;

    /// <summary>Accounts by part: operator, owner, careful, prolific, reviewer, builder.</summary>
    public Dictionary<string, AccountView> People { get; } = [];

    /// <summary>Every decided contribution.</summary>
    public List<ContributionView> Decided { get; } = [];

    /// <summary>Standing of the prolific contributor after the good files, before any was rejected.</summary>
    public long StandingBeforeRejections { get; set; }

    public SnapshotView Snapshot { get; set; } = null!;

    public RunView Run { get; set; } = null!;

    public RunView? RefinedRun { get; set; }

    /// <summary>Lines of the summary: what, figure.</summary>
    public List<(string What, string Figure)> Facts { get; } = [];

    /// <summary>The API client of a person, or of nobody.</summary>
    public AssayClient As(string part) => _clients[part];

    public void Add(string part, AssayClient client) => _clients[part] = client;

    /// <summary>Reads a sample's JSON.</summary>
    public JsonDocument Read(string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Samples, name)));

    /// <summary>Asks again until an answer is there.</summary>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public async Task<T> UntilAsync<T>(Func<Task<T?>> ask, TimeSpan patience, string what, CancellationToken cancel) where T : class
    {
        var began = clock.GetTimestamp();
        while (clock.GetElapsedTime(began) < patience)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, cancel);
        }

        throw new TimeoutException($"{what} did not happen within {patience.TotalSeconds:0} seconds.");
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }
}
