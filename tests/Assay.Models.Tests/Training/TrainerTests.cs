using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Reference;
using Assay.Models.Training;

namespace Assay.Models.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("assay-trainer-").FullName;
    private readonly ReferenceModel model = TinyModel.Create();

    public void Dispose()
    {
        model.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Training_lowers_the_loss_and_leaves_the_base_alone()
    {
        byte[] before = Bytes(model);
        using var adapter = TinyModel.Adapter(model.Plan);
        var events = new List<TrainingEvent>();

        var outcome = Train(adapter, Options(40), events.Add);

        Assert.Equal(new TrainingOutcome(TrainingStatus.Succeeded, 40), outcome);
        Assert.True(events[^1].Loss < events[0].Loss - 0.3, $"{events[0].Loss} → {events[^1].Loss}");
        Assert.Equal(Enumerable.Range(1, 40), events.Select(step => step.Step));
        Assert.All(events, step => Assert.True(step.TokensPerSecond > 0 && step.LearningRate > 0));
        Assert.Equal(before, Bytes(model));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    public void Ten_steps_equal_five_a_restart_and_five_more(double dropout)
    {
        using var straight = TinyModel.Adapter(model.Plan, dropout: dropout);
        Train(straight, Options(10), _ => { });

        using var first = TinyModel.Adapter(model.Plan, dropout: dropout);
        Assert.Equal(TrainingStatus.Paused, Train(first, Options(10) with { CheckpointFolder = folder }, _ => { }, pauseAfter: 5).Status);
        using var second = TinyModel.Adapter(model.Plan, dropout: dropout);
        Assert.Equal(TrainingStatus.Succeeded, Train(second, Options(10) with { CheckpointFolder = folder }, _ => { }, resume: true).Status);

        Assert.Equal(Saved(straight), Saved(second));
    }

    [Fact]
    public void Accumulated_micro_batches_equal_one_large_batch()
    {
        using var large = TinyModel.Adapter(model.Plan);
        using var small = TinyModel.Adapter(model.Plan);
        var samples = TinyModel.Counting(8);
        double largeLoss = 0, smallLoss = 0;

        Train(large, Options(1), step => largeLoss = step.Loss, data: new SampleData(samples, 8, 1, 1));
        Train(small, Options(1) with { Accumulation = 4 }, step => smallLoss = step.Loss, data: new SampleData(samples, 2, 4, 1));

        Assert.Equal(largeLoss, smallLoss, 1e-5);
    }

    [Fact]
    public void A_resume_with_other_settings_is_refused_and_names_them()
    {
        using var adapter = TinyModel.Adapter(model.Plan);
        var options = Options(4) with { CheckpointFolder = folder, Identity = new Dictionary<string, string> { ["base"] = "one" } };
        Train(adapter, options, _ => { });

        var error = Assert.Throws<InvalidCheckpointException>(() =>
            Train(adapter, options with { WeightDecay = 0.5, Identity = new Dictionary<string, string> { ["base"] = "two" } }, _ => { }, resume: true));

        Assert.Contains("base was one and is now two", error.Message, StringComparison.Ordinal);
        Assert.Contains("options was", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_numbers_return_to_the_checkpoint_with_half_the_rate_and_fail_after_the_third_time()
    {
        using var adapter = TinyModel.Adapter(model.Plan);
        var events = new List<TrainingEvent>();
        var options = Options(20) with { CheckpointEvery = 3, Schedule = new LearningRateSchedule(ScheduleKind.Constant, 0), LearningRate = 1e-3 };
        var data = new SampleData(TinyModel.Counting(16), 4, 1, 1);
        byte[]? atThree = null;

        var outcome = Train(
            adapter,
            options,
            step =>
            {
                events.Add(step);
                if (step.Step == 3 && step.Note is null)
                {
                    atThree ??= Saved(adapter);
                }

                if (step.Step == 4)
                {
                    Poison(adapter);
                }
            },
            data: data);

        Assert.Equal(TrainingStatus.Failed, outcome.Status);
        Assert.Equal(3, outcome.Step);
        Assert.Contains("At step 5", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(2, events.Count(step => step.Note is not null));
        Assert.Equal([1e-3, 5e-4, 2.5e-4], events.Where(step => step.Step == 4).Select(step => step.LearningRate));
        Assert.Equal(atThree, Saved(adapter));
    }

    [Fact]
    public void Pause_keeps_the_work_and_cancel_stops_at_once()
    {
        using var adapter = TinyModel.Adapter(model.Plan);
        var control = new TrainingControl();
        var outcome = Train(adapter, Options(50) with { CheckpointFolder = folder }, step => { if (step.Step == 3) { control.Pause(); } }, control: control);
        Assert.Equal(new TrainingOutcome(TrainingStatus.Paused, 3), outcome);
        Assert.Equal(["step-000000003"], Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)));

        var cancelled = new TrainingControl();
        cancelled.Cancel();
        Assert.Equal(TrainingStatus.Cancelled, Train(adapter, Options(50), _ => { }, control: cancelled).Status);
    }

    [Fact]
    public void Two_checkpoints_are_kept_and_a_damaged_newest_falls_back_to_the_older()
    {
        using var adapter = TinyModel.Adapter(model.Plan);
        var options = Options(9) with { CheckpointFolder = folder, CheckpointEvery = 2 };
        Train(adapter, options, _ => { });
        string[] kept = [.. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)!).Order()];
        Assert.Equal(["step-000000008", "step-000000009"], kept);

        string state = Path.Combine(folder, kept[1], "state.safetensors");
        byte[] bytes = File.ReadAllBytes(state);
        bytes[^1] ^= 1;
        File.WriteAllBytes(state, bytes);
        Directory.CreateDirectory(Path.Combine(folder, "writing-000000010"));

        using var target = new ReferenceTarget(model, adapter, fusedAttention: true);
        using var trainer = new Trainer(target, Data(), options, TimeProvider.System);
        Assert.Equal(8, trainer.Resume());

        bytes = File.ReadAllBytes(Path.Combine(folder, kept[0], "state.safetensors"));
        File.WriteAllBytes(Path.Combine(folder, kept[0], "state.safetensors"), bytes[..^1]);
        Assert.Contains("damaged", Assert.Throws<InvalidCheckpointException>(() => trainer.Resume()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_leave_no_tensors_behind()
    {
        using var adapter = TinyModel.Adapter(model.Plan);
        var live = new List<long>();

        Train(adapter, Options(30), _ => live.Add(TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount));

        Assert.Equal(live[4], live[^1]);
    }

    [Fact]
    public void A_token_outside_the_vocabulary_is_refused_before_the_step()
    {
        using var adapter = TinyModel.Adapter(model.Plan);
        var sample = new TrainingSample([1, TinyModel.Vocab], [false, true]);

        Assert.Throws<ArgumentOutOfRangeException>(() => Train(adapter, Options(1), _ => { }, data: new SampleData([sample], 1, 1, 1)));
    }

    private static TrainOptions Options(int steps) => new() { Steps = steps, LearningRate = 2e-2, Schedule = new LearningRateSchedule(ScheduleKind.Cosine, 2), WeightDecay = 0.01 };

    private static SampleData Data() => new(TinyModel.Counting(16), 4, 1, 1);

    private static byte[] Bytes(ReferenceModel model) => [.. model.Parameters.SelectMany(parameter => TensorBytes.Content(parameter.Key, parameter.Value, TensorDtype.F32).Bytes.ToArray())];

    private static void Poison(LoraAdapter adapter)
    {
        using var off = TorchSharp.torch.no_grad();
        adapter.Pairs.First().B.fill_(float.NaN);
    }

    private byte[] Saved(LoraAdapter adapter)
    {
        string path = Path.Combine(folder, "saved");
        PeftAdapterFile.Save(path, adapter);
        byte[] bytes = File.ReadAllBytes(Path.Combine(path, "adapter_model.safetensors"));
        Directory.Delete(path, recursive: true);
        return bytes;
    }

    private TrainingOutcome Train(
        LoraAdapter adapter,
        TrainOptions options,
        Action<TrainingEvent> report,
        ITrainingData? data = null,
        TrainingControl? control = null,
        bool resume = false,
        int? pauseAfter = null)
    {
        using var target = new ReferenceTarget(model, adapter, fusedAttention: true);
        using var trainer = new Trainer(target, data ?? Data(), options, TimeProvider.System);
        if (resume)
        {
            trainer.Resume();
        }

        return trainer.Run(report, control ?? new TrainingControl(), pauseAfter);
    }
}
