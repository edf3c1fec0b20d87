using System.Globalization;
using System.Security.Cryptography;
using Assay.Data.Formats;
using Assay.Data.Tokenization;
using Assay.Models.Families;
using Assay.Models.Reference;
using Assay.Models.Training;

namespace Assay.Worker.Pretraining;

/// <summary>Pre-trains a starter model into a folder, in pieces: a stopped run continues exactly from its last checkpoint.</summary>
/// <param name="recipe">What to make.</param>
/// <param name="folder">Output; checkpoints go below it.</param>
/// <param name="packs">Reference packs with the corpus.</param>
/// <param name="budget">Time for this call, or null; the plan of steps is fitted to it.</param>
/// <param name="clock">For the budget.</param>
/// <param name="log">Progress lines.</param>
internal sealed class PretrainRun(PretrainRecipe recipe, string folder, string packs, TimeSpan? budget, TimeProvider clock, TextWriter log)
{
    private const double FirstPieceSeconds = 60;
    private const double PieceSeconds = 240;
    private const int LogEvery = 10;
    private const int DocumentsShown = 12;

    private readonly string checkpoints = Path.Combine(folder, "checkpoints");

    private string PlanFile => Path.Combine(checkpoints, "plan.json");

    /// <summary>Trains to the end of the plan or of the budget, and writes the model folder when the plan is done.</summary>
    /// <param name="resume">Continue the folder's run; else the folder must hold no checkpoints.</param>
    /// <param name="exportOnly">Write the model folder from the newest checkpoint without training on.</param>
    public TrainingOutcome Run(bool resume, bool exportOnly = false)
    {
        if (!resume && !exportOnly && Directory.Exists(checkpoints))
        {
            throw new InvalidCheckpointException($"'{folder}' already holds a run. Continue it with --resume, or choose another folder.");
        }

        Directory.CreateDirectory(checkpoints);
        var corpus = DocumentationCorpus.Read(packs, recipe.Excluded, recipe.HeldOutIn);
        if (corpus.Training.Count == 0 || corpus.HeldOut.Count == 0)
        {
            throw new InvalidDataException($"'{packs}' gives {corpus.Training.Count} training and {corpus.HeldOut.Count} held-out documents; both are needed.");
        }

        var tokenizer = PrepareTokenizer(corpus);
        var data = new PretrainData(recipe, tokenizer, corpus.Training);
        Say($"{corpus.Files} files, {data.Documents} documents, {data.Tokens} tokens and {data.ChatTokens} of questions and answers; {corpus.HeldOut.Count} documents of {string.Join(", ", corpus.HeldOut.Select(document => document.Assembly).Distinct())} held out");

        ShowSome(corpus.Training);
        using var model = ReferenceModel.Initialise(ModelFamily.Plan(HfModelConfig.Load(folder), null), recipe.Seed);
        Say($"{model.Parameters.Values.Sum(parameter => parameter.numel())} parameters");
        using var target = new ReferenceTarget(model, null, fusedAttention: true);
        using var trainer = new Trainer(target, data, Options(), clock);
        trainer.Resume();
        var outcome = exportOnly ? new TrainingOutcome(TrainingStatus.Paused, trainer.Step) : Train(trainer, data);
        if (exportOnly || outcome.Status is TrainingStatus.Succeeded)
        {
            Say("measuring and writing the model");
            var progress = new PretrainProgress(trainer.Step, PretrainPlan.Load(PlanFile) ?? PretrainPlan.Of(recipe), data);
            new StarterFolder(recipe, folder).Write(model, tokenizer, corpus, progress);
        }

        return outcome;
    }

    /// <summary>Trains in pieces; between two the plan is fitted to the time left.</summary>
    private TrainingOutcome Train(Trainer trainer, PretrainData data)
    {
        var plan = PretrainPlan.Load(PlanFile) ?? PretrainPlan.Of(recipe);
        if (trainer.Step >= plan.Steps && budget is { } more)
        {
            plan = plan.Extend(trainer.Step, more.TotalSeconds);
            Say(plan.Changes[^1]);
        }

        long began = clock.GetTimestamp();
        for (double length = FirstPieceSeconds; ; length = PieceSeconds)
        {
            plan.Save(PlanFile);
            (trainer.Steps, data.ChatFrom) = (plan.Steps, plan.ChatFrom);
            var control = new TrainingControl();
            long pieceBegan = clock.GetTimestamp();
            int firstStep = trainer.Step;
            var outcome = trainer.Run(
                progress =>
                {
                    Report(progress);
                    if (clock.GetElapsedTime(pieceBegan).TotalSeconds > length)
                    {
                        control.Pause();
                    }
                },
                control);

            double seconds = clock.GetElapsedTime(pieceBegan).TotalSeconds;
            plan = plan with { Seconds = plan.Seconds + seconds };
            if (outcome.Status is TrainingStatus.Paused && budget is { } allowed)
            {
                double left = (allowed - clock.GetElapsedTime(began)).TotalSeconds;
                var fitted = plan.Fit(recipe, trainer.Step, left * (trainer.Step - firstStep) / seconds);
                Say(fitted == plan ? $"{left:F0} s left, plan unchanged" : fitted.Changes[^1]);
                plan = fitted;
            }

            plan.Save(PlanFile);
            if (outcome.Status is not TrainingStatus.Paused)
            {
                return outcome;
            }
        }
    }

    /// <summary>A look at what is trained on: a wrong corpus should be seen before the hours are spent.</summary>
    private void ShowSome(IReadOnlyList<MemberDocument> documents)
    {
        for (int shown = 1; shown <= DocumentsShown; shown++)
        {
            int index = (int)((long)documents.Count * shown / (DocumentsShown + 1));
            Say(documents[index].Text);
            foreach (var (question, answer) in ChatDocuments.Of(documents[index], index, recipe.Seed))
            {
                Say($"  {question} -> {answer}");
            }
        }
    }

    private Tokenizer PrepareTokenizer(DocumentationCorpus corpus)
    {
        string path = Path.Combine(folder, "tokenizer.json");
        if (!File.Exists(path))
        {
            Say("training the tokenizer");
            var options = new BytePairTrainerOptions(recipe.Vocabulary, StarterTokens.All);
            var vocabulary = BytePairTrainer.Train(corpus.Training.Select(document => document.Text), options, CancellationToken.None);
            var config = new TokenizerConfig(
                new Dictionary<string, string> { ["bos_token"] = StarterTokens.EndOfText, ["eos_token"] = StarterTokens.EndOfTurn, ["pad_token"] = StarterTokens.EndOfText },
                StarterTokens.ChatTemplate)
            { ModelMaxLength = recipe.Context };
            DurableFile.WriteText(Path.Combine(folder, "config.json"), recipe.ModelConfig());
            DurableFile.Write(Path.Combine(folder, "tokenizer_config.json"), stream => stream.Write(BytePairTokenizerFile.TokenizerConfigJson(config)));
            DurableFile.Write(path, stream => stream.Write(BytePairTokenizerFile.TokenizerJson(vocabulary)));
        }

        return TokenizerJson.Load(path);
    }

    private TrainOptions Options() => new()
    {
        Steps = recipe.Steps,
        Accumulation = recipe.Accumulation,
        LearningRate = recipe.LearningRate,
        Schedule = new LearningRateSchedule(ScheduleKind.Cosine, recipe.Warmup),
        WeightDecay = recipe.WeightDecay,
        Beta2 = 0.95,
        CheckpointFolder = checkpoints,
        Identity = new Dictionary<string, string>
        {
            ["model"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "config.json")))),
            ["tokenizer"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")))),
        },
    };

    private void Report(TrainingEvent progress)
    {
        if (progress.Step % LogEvery == 0 || progress.Step == 1 || progress.Note is not null)
        {
            Say(string.Create(CultureInfo.InvariantCulture,
                $"step {progress.Step}/{progress.Steps} loss {progress.Loss:F4} rate {progress.LearningRate:E2} norm {progress.GradientNorm:F3} {progress.TokensPerSecond:F0} tokens/s, {progress.TimeLeft:hh\\:mm\\:ss} left {progress.Note}"));
        }
    }

    private void Say(string line)
    {
        log.WriteLine($"{clock.GetLocalNow():HH:mm:ss} {line}");
        log.Flush();
    }
}
