using Assay.Models.Training;

namespace Assay.Models.Tests.Training;

public sealed class SampleDataTests
{
    [Fact]
    public void Every_epoch_shows_every_sample_once_in_its_own_order()
    {
        TrainingSample[] samples = [.. Enumerable.Range(0, 12).Select(id => new TrainingSample([id, id], [false, true]))];
        var data = new SampleData(samples, 2, 2, 7);

        long[][] epochs = [.. Enumerable.Range(0, 2).Select(epoch => Enumerable.Range((epoch * 3) + 1, 3).SelectMany(step => new[] { 0, 1 }.SelectMany(micro => data.Batch(step, micro).PaddedIds().Where((_, place) => place % 2 == 0))).ToArray())];

        Assert.Equal(3, data.StepsPerEpoch);
        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, 12).Select(id => (long)id), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
    }

    [Fact]
    public void Samples_are_padded_on_the_right_and_predict_the_next_token()
    {
        var batch = new TrainingBatch([new TrainingSample([5, 6, 7], [false, false, true]), new TrainingSample([8, 9], [true, true])]);

        Assert.Equal([5, 6, 7, 8, 9, 0], batch.PaddedIds());
        Assert.Equal([-100, 7, -100, 9, -100, -100], batch.PaddedTargets());
        Assert.Equal((2, 5), (batch.Supervised, batch.Tokens));
    }

    [Fact]
    public void Nothing_to_learn_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new SampleData([], 1, 1, 1));
        Assert.Throws<ArgumentException>(() => new SampleData([new TrainingSample([1, 2], [true, false])], 1, 1, 1));
    }

    [Fact]
    public void The_hash_depends_on_content_order_and_seed()
    {
        var samples = TinyModel.Counting(4);
        string hash = new SampleData(samples, 1, 1, 1).ContentHash;

        Assert.Equal(hash, new SampleData(TinyModel.Counting(4), 1, 1, 1).ContentHash);
        Assert.NotEqual(hash, new SampleData(samples, 1, 1, 2).ContentHash);
        samples[0].Supervised[^1] = false;
        samples[0].Supervised[1] = true;
        Assert.NotEqual(hash, new SampleData(samples, 1, 1, 1).ContentHash);
    }
}
