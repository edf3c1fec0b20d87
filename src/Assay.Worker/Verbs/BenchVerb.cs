using System.CommandLine;

namespace Assay.Worker.Verbs;

/// <summary><c>engine bench</c>: measures this machine, always as ratios inside one run.</summary>
internal static class BenchVerb
{
    public static Command Create() => new("bench", "Measures training and generation against a baseline in the same process.")
    {
        BenchTrainVerb.Create(),
        BenchGenerateVerb.Create(),
    };
}
