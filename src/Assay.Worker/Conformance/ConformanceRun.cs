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

    /// <summary>Carries out all checks.</summary>
    /// <returns>0 when all passed and there was at least one, else 1.</returns>
    public int Run()
    {
        var groups = Below("models").Where(path => File.Exists(Path.Combine(path, "config.json")))
            .Concat(Below("peft").Where(path => File.Exists(Path.Combine(path, "golden.json"))))
            .Concat(Below("").Where(path => File.Exists(Path.Combine(path, "golden_generation.json"))))
            .Select(path => (Path: path, Name: Path.GetRelativePath(folder, path).Replace('\\', '/')))
            .Where(group => group.Name.StartsWith(only, StringComparison.Ordinal))
            .OrderBy(group => group.Name, StringComparer.Ordinal);
        foreach (var (path, name) in groups)
        {
            using var checks = Open(path, name, out var list);
            foreach (var check in list)
            {
                Carry(name, check);
            }
        }

        output.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    private IDisposable Open(string path, string name, out IEnumerable<Check> checks)
    {
        switch (name.Split('/')[0])
        {
            case "models":
                var model = new ModelChecks(path);
                checks = model.All();
                return model;
            case "peft":
                var peft = new PeftChecks(path, FindModel);
                checks = peft.All();
                return peft;
            default:
                string weights = File.Exists(Path.Combine(path, "config.json")) || assets is null ? path : Path.Combine(assets, name);
                var stories = new StoriesChecks(path, weights);
                checks = stories.All();
                return stories;
        }
    }

    private string FindModel(string name)
    {
        string own = Path.Combine(folder, "models", name);
        return Directory.Exists(own) || assets is null ? own : Path.Combine(assets, "models", name);
    }

    private IEnumerable<string> Below(string top)
    {
        string path = Path.Combine(folder, top);
        return Directory.Exists(path) ? Directory.EnumerateDirectories(path) : [];
    }

    private void Carry(string name, Check check)
    {
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
