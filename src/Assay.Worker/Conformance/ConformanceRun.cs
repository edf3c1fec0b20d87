namespace Assay.Worker.Conformance;

/// <summary>Walks a folder of goldens, carries out every check found there, and prints one line per check.</summary>
/// <param name="folder">Goldens.</param>
/// <param name="assets">Where to look for what the goldens lack, or null.</param>
/// <param name="only">Only folders whose path begins so; empty for all.</param>
/// <param name="output">Receives the lines.</param>
/// <param name="details">Receives why a check could not be carried out.</param>
internal sealed class ConformanceRun(string folder, string? assets, string only, TextWriter output, TextWriter details)
{
    private int passed;
    private int failed;

    /// <summary>Every computing path that a check's name may end with.</summary>
    public static IReadOnlyList<string> AllPaths { get; } = ["reference", "fp32", "bf16", "decode"];

    /// <summary>Computing paths to check; checks that belong to no path are always carried out.</summary>
    public IReadOnlyCollection<string> Paths { get; init; } = AllPaths;

    /// <summary>Carries out all checks.</summary>
    /// <returns>0 when all passed and there was at least one, else 1.</returns>
    public int Run()
    {
        var folders = FolderKind.All.SelectMany(kind => kind.Below(folder, assets).Select(golden => (Golden: golden, Kind: kind)))
            .Where(found => found.Golden.Name.StartsWith(only, StringComparison.Ordinal))
            .OrderBy(found => found.Golden.Name, StringComparer.Ordinal);
        foreach (var (golden, kind) in folders)
        {
            foreach (var source in Open(kind, golden))
            {
                using (source)
                {
                    foreach (var check in source.All().Where(IsAskedFor))
                    {
                        Carry(golden.Name, check);
                    }
                }
            }
        }

        output.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    private IReadOnlyList<ICheckSource> Open(FolderKind kind, GoldenFolder golden)
    {
        try
        {
            return kind.Open(golden);
        }
        catch (Exception error)
        {
            // Goldens that cannot be read are a failure of their folder, and no reason to stop the walk.
            Carry(golden.Name, new Check("open", () => throw error));
            return [];
        }
    }

    private bool IsAskedFor(Check check) =>
        check.Name.LastIndexOf('@') is var at && (at < 0 || Paths.Contains(check.Name[(at + 1)..]));

    private void Carry(string name, Check check)
    {
        if (check.Skipped is { } reason)
        {
            details.WriteLine($"{name} {check.Name}: skipped, {reason}");
            return;
        }

        Figure figure;
        try
        {
            figure = check.Measure();
        }
        catch (Exception error)
        {
            // Any failure whatever is that check's result; the walk goes on.
            figure = Figure.Of(error);
            details.WriteLine($"{name} {check.Name}: {error.Message}");
        }

        _ = figure.Passed ? passed++ : failed++;
        output.WriteLine($"{(figure.Passed ? "PASS" : "FAIL")} {name} {check.Name} {figure.Text}");
    }
}
