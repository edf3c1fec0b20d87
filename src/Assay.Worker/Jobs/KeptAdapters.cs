using System.Globalization;
using Assay.Models.Adapters;

namespace Assay.Worker.Jobs;

/// <summary>Adapters of evaluations, each a folder <c>step-N</c> in PEFT layout: the latest few, and the best one while the run goes on.</summary>
internal sealed class KeptAdapters(string folder)
{
    private const string Prefix = "step-";

    /// <summary>Where the adapter of a step lies, whether or not it is there.</summary>
    public string PathOf(int step) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step}"));

    /// <summary>Keeps an adapter; a crash leaves no half of it under its name.</summary>
    public void Save(int step, LoraAdapter adapter)
    {
        var aside = Path.Combine(folder, "writing");
        Remove(aside);
        PeftAdapterFile.Save(aside, adapter);
        Remove(PathOf(step));
        Directory.Move(aside, PathOf(step));
    }

    /// <summary>Removes all but the latest, and the one of <paramref name="best"/>.</summary>
    public void Prune(int latest, int? best)
    {
        foreach (var step in Steps().OrderDescending().Skip(latest).Where(step => step != best).ToList())
        {
            Remove(PathOf(step));
        }
    }

    /// <summary>Removes those behind a step: a run that continues earlier makes them again.</summary>
    public void ForgetAfter(int step)
    {
        foreach (var later in Steps().Where(other => other > step).ToList())
        {
            Remove(PathOf(later));
        }
    }

    private IEnumerable<int> Steps() => !Directory.Exists(folder)
        ? []
        : Directory.GetDirectories(folder, Prefix + "*").Select(path => int.Parse(Path.GetFileName(path)[Prefix.Length..], CultureInfo.InvariantCulture));

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
