using System.Diagnostics;

namespace Assay.Server.Tests;

/// <summary>Waits for what another process or connection does in its own time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Looks again until it holds; fails after <paramref name="patience"/>, by default a minute.</summary>
    public static Task TrueAsync(Func<Task<bool>> holds, TimeSpan? patience = null) => GetAsync<object>(async () => await holds() ? holds : null, patience);

    /// <summary>Looks again until there is an answer.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> look, TimeSpan? patience = null) where T : class
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            Assert.True(watch.Elapsed < (patience ?? Patience), $"It did not happen within {(patience ?? Patience).TotalSeconds} seconds.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
