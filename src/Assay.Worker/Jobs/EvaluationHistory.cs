using System.Text.Json;
using Assay.Data.Formats;

namespace Assay.Worker.Jobs;

/// <summary>Hold-out losses of a run so far, kept beside its checkpoints: a resumed run decides as the uninterrupted one would.</summary>
internal sealed class EvaluationHistory
{
    private const string FileName = "evaluations.json";

    private readonly string _path;
    private readonly List<Measured> _all;

    private EvaluationHistory(string path, List<Measured> all) => (_path, _all) = (path, all);

    /// <summary>A hold-out loss at a step.</summary>
    internal sealed record Measured(int Step, double Loss);

    /// <summary>The evaluation with the lowest loss, the earliest of equals; null before the first.</summary>
    public Measured? Best => _all.MinBy(one => one.Loss);

    /// <summary>Evaluations since the best one.</summary>
    public int SinceBest => Best is { } best ? _all.Count(one => one.Step > best.Step) : 0;

    /// <summary>Reads what a folder holds; evaluations behind the step that the run continues from are forgotten.</summary>
    public static EvaluationHistory Open(string folder, int step)
    {
        var path = Path.Combine(folder, FileName);
        var all = File.Exists(path) ? JsonSerializer.Deserialize<List<Measured>>(File.ReadAllBytes(path))! : [];
        all.RemoveAll(one => one.Step > step);
        return new EvaluationHistory(path, all);
    }

    /// <summary>Whether a step was measured already.</summary>
    public bool Has(int step) => _all.Exists(one => one.Step == step);

    /// <summary>Keeps a measurement, durably; it replaces an earlier one of the same step.</summary>
    public void Add(int step, double loss)
    {
        _all.RemoveAll(one => one.Step == step);
        _all.Add(new Measured(step, loss));
        DurableFile.WriteText(_path, JsonSerializer.Serialize(_all));
    }
}
