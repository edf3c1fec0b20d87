using System.ComponentModel;
using Assay.Client;
using Assay.Server.Demo.Steps;
using Assay.Server.Shared;

namespace Assay.Server.Demo;

/// <summary>The walk: its steps in order. A step that does not end as it should stops the walk and is named.</summary>
internal sealed class DemoWalk(Uri server, DataFolder folder, string setupToken, TimeProvider clock) : IDisposable
{
    private readonly DemoState _state = new(server, folder, setupToken, clock);

    private static IReadOnlyList<(string Title, Func<DemoState, CancellationToken, Task> Run)> Steps { get; } =
    [
        ("People sign up", SignUpStep.RunAsync),
        ("The owner opens a datanet", OpenDatanetStep.RunAsync),
        ("Contributors send files, good and bad", ContributeStep.RunAsync),
        ("The leaderboard", LeaderboardStep.RunAsync),
        ("The ledger", LedgerStep.RunAsync),
        ("Access, a frozen version, and a look before training", AccessStep.RunAsync),
        ("Fine-tuning the starter model", TrainStep.RunAsync),
        ("Base and tuned model side by side, with sources", ChatStep.RunAsync),
        ("Refine: a corrected answer becomes data", RefineStep.RunAsync),
        ("The whole log is checked", SummaryStep.RunAsync),
    ];

    /// <summary>Walks; false when a step failed.</summary>
    public async Task<bool> RunAsync(CancellationToken cancel)
    {
        DemoScreen.Prepare();
        var began = clock.GetTimestamp();
        for (var step = 0; step < Steps.Count; step++)
        {
            DemoScreen.Title($"{step + 1}. {Steps[step].Title}");
            try
            {
                await Steps[step].Run(_state, cancel);
            }
            catch (Exception failure) when (failure is DemoFailedException or AssayRefusedException or HttpRequestException or IOException or TimeoutException
                or Win32Exception)
            {
                DemoScreen.Failed($"Step {step + 1}, \"{Steps[step].Title}\", failed: {failure.Message}");
                return false;
            }
        }

        DemoScreen.Good($"All {Steps.Count} steps went as they should, in {clock.GetElapsedTime(began).TotalSeconds:0} seconds.");
        return true;
    }

    public void Dispose() => _state.Dispose();
}
