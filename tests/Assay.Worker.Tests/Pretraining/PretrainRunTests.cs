using Assay.Data.Trace;
using Assay.Models;
using Assay.Models.Training;
using Assay.Worker.Pretraining;

namespace Assay.Worker.Tests.Pretraining;

public sealed class PretrainRunTests : IDisposable
{
    private static readonly PretrainRecipe Recipe = new(
        "tiny", 1, 320, 128, 16, 1, 2, 1, 32, 2, 1, 8, 1, 0.01, 0, 0.5, 0.5, 2, ["Left.Out"]);

    private readonly string folder = Directory.CreateTempSubdirectory("assay-pretrain-").FullName;

    public PretrainRunTests()
    {
        foreach (string assembly in (string[])["Left.Out", .. Enumerable.Range(0, 6).Select(number => $"Assembly{number}")])
        {
            string path = Path.Combine(folder, "packs", "Test.Ref", "10.0.0", "ref", "net10.0");
            Directory.CreateDirectory(path);
            var members = Enumerable.Range(0, 30).Select(number =>
                $"<member name=\"M:{assembly}.Type{number % 5}.Member{number}\"><summary>Gets the number {number} of the {assembly} members.</summary><returns>The number {number * 7} as a text.</returns></member>");
            File.WriteAllText(Path.Combine(path, assembly + ".xml"), $"<doc><members>{string.Concat(members)}</members></doc>");
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_run_in_pieces_makes_a_folder_that_loads_and_chats()
    {
        var outcome = Run("out", resume: false);

        Assert.Equal(new TrainingOutcome(TrainingStatus.Succeeded, 8), outcome);
        using var model = BaseModel.Load(Path.Combine(folder, "out"));
        Assert.Equal(320, model.Plan.Vocab);
        Assert.Equal([0, 4], model.EndIds.Order());
        Assert.Equal([0, 2], model.EncodePrompt([new("user", "What?")])[..2]);
        var bits = ReferenceBits.Parse(File.ReadAllBytes(Path.Combine(folder, "out", "reference_bits.json")));
        Assert.InRange(bits.VocabularySize, 262, 320);
        Assert.True(bits.MilliBitsOf(0) < bits.MilliBitsOf(3));
        string card = File.ReadAllText(Path.Combine(folder, "out", "README.md"));
        Assert.Contains("bits per byte", card, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", card, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_was_killed_continues_to_the_same_bytes()
    {
        Run("straight", resume: false);
        string[] checkpoints = [.. Directory.EnumerateDirectories(Path.Combine(folder, "straight", "checkpoints"), "step-*").Order()];
        Assert.Equal(2, checkpoints.Length);
        Directory.Move(Path.Combine(folder, "straight"), Path.Combine(folder, "killed"));
        Directory.Delete(checkpoints[1].Replace("straight", "killed", StringComparison.Ordinal), recursive: true);
        byte[] expected = File.ReadAllBytes(Path.Combine(folder, "killed", "model.safetensors"));
        File.Delete(Path.Combine(folder, "killed", "model.safetensors"));

        Run("killed", resume: true);

        Assert.Equal(expected, File.ReadAllBytes(Path.Combine(folder, "killed", "model.safetensors")));
    }

    [Fact]
    public void A_finished_run_is_extended_when_it_is_given_more_time()
    {
        Run("out", resume: false);

        var outcome = Run("out", resume: true, TimeSpan.FromSeconds(400));

        Assert.Equal(TrainingStatus.Succeeded, outcome.Status);
        Assert.InRange(outcome.Step, 9, 100);
        Assert.Contains("extended to", File.ReadAllText(Path.Combine(folder, "out", "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_run_in_the_same_folder_must_be_asked_for()
    {
        Run("out", resume: false);

        Assert.Contains("--resume", Assert.Throws<InvalidCheckpointException>(() => Run("out", resume: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Excluded_assemblies_and_duplicates_are_not_read()
    {
        var corpus = DocumentationCorpus.Read(Path.Combine(folder, "packs"), Recipe.Excluded, Recipe.HeldOutIn);

        Assert.Equal(180, corpus.Training.Count + corpus.HeldOut.Count);
        Assert.Empty(corpus.Training.Select(document => document.Assembly).Intersect(corpus.HeldOut.Select(document => document.Assembly)));
        Assert.NotEmpty(corpus.HeldOut);
    }

    private TrainingOutcome Run(string name, bool resume, TimeSpan? budget = null) =>
        new PretrainRun(Recipe, Path.Combine(folder, name), Path.Combine(folder, "packs"), budget, new HastyClock(), TextWriter.Null).Run(resume);

    /// <summary>Every look at the clock takes ten seconds, so that a run of eight steps has several pieces.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long ticks;

        public override long GetTimestamp() => Interlocked.Add(ref ticks, 10 * TimestampFrequency);
    }
}
