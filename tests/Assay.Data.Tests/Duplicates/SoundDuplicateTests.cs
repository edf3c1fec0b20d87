using Assay.Data.Duplicates;
using Assay.Data.Tests.FileTypes.Sounds;
using Assay.Testing.Media;

namespace Assay.Data.Tests.Duplicates;

/// <summary>Copies of a clip that were made louder, shifted, resampled or noisy are found among others, and other clips are not. The table stands in bench/README.md.</summary>
public sealed class SoundDuplicateTests(ITestOutputHelper output)
{

    private static readonly (string Name, double Least, Func<Clip, int, byte[]> Make)[] Copies =
    [
        ("FLAC, 6 dB softer", 1, (clip, _) => FlacWriter.Encode(clip.Gain(-6))),
        ("12 dB softer", 1, (clip, _) => clip.Gain(-12).ToWav()),
        ("3 dB louder", 1, (clip, _) => clip.Gain(3).ToWav()),
        ("1 s cut off the beginning", 1, (clip, _) => clip.Shift(1).ToWav()),
        ("1 s of silence before it", 1, (clip, _) => clip.Shift(-1).ToWav()),
        ("shifted by 5.8 ms, half a step", 1, (clip, _) => clip.Shift(0.0058).ToWav()),
        ("noise 30 dB below", 1, (clip, seed) => clip.Noise(-30, seed).ToWav()),
        ("noise 20 dB below", 0.95, (clip, seed) => clip.Noise(-20, seed).ToWav()),
        ("noise 10 dB below", 0.8, (clip, seed) => clip.Noise(-10, seed).ToWav()),
        ("16,000 to 44,100 Hz", 1, (clip, _) => clip.Resample(44_100).ToWav()),
        ("16,000 to 8,000 Hz", 1, (clip, _) => clip.Resample(8_000).ToWav()),
        ("muffled: mean of 5 samples", 1, (clip, _) => clip.Muffle(5).ToWav()),
        ("5 s out of its middle", 1, (clip, _) => (clip with { Samples = clip.Samples[(3 * clip.Rate)..(8 * clip.Rate)] }).ToWav()),
        ("1 s off, 6 dB softer, noise 25 dB below, 22,050 Hz", 0.95, (clip, seed) => clip.Shift(1).Gain(-6).Noise(-25, seed).Resample(22_050).ToWav()),
    ];

    [Fact]
    public void Copies_are_found_and_other_clips_are_not() => FindCopies(clips: 8, others: 12);

    [Fact]
    [Trait("Tier", "Slow")]
    public void Copies_of_many_clips_are_found_and_other_clips_are_not() => FindCopies(clips: 40, others: 120);

    private void FindCopies(int clips, int others)
    {
        var index = new Index();
        var all = Enumerable.Range(0, clips).Select(seed => Clip.Compose(seed, seconds: 12)).ToList();
        for (var seed = 0; seed < clips; seed++)
        {
            index.Add($"{seed}", Print(all[seed].ToWav()));
        }

        var misses = new List<string>();
        output.WriteLine("| Copy | rejected | median of the bit error rate |");
        foreach (var (name, least, make) in Copies)
        {
            var found = all.Select((clip, seed) => (Nearest: index.Nearest(Print(make(clip, seed))), Own: $"{seed}")).ToList();
            var share = found.Count(pair => pair.Nearest is { } near && near.Clip == pair.Own && near.Overlap.Novelty == 0) / (double)clips;
            var rates = found.Select(pair => pair.Nearest?.Overlap.ErrorRate ?? 1).Order().ToList();
            output.WriteLine($"| {name} | {share:P0} | {rates[clips / 2]:P1} |");
            if (share < least - (least < 1 ? 1.0 / clips : 0))
            {
                misses.Add($"{name}: {share:P1}, {least:P0} is the least");
            }
        }

        Assert.Empty(misses);
        var wrong = Enumerable.Range(0, others).Count(seed => index.Nearest(Print(Clip.Compose(10_000 + seed, seconds: 12).ToWav())) is not null);
        output.WriteLine($"{wrong} of {others} other clips share three seconds with one of {clips}.");
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void An_excerpt_in_a_long_clip_hardly_lowers_its_novelty()
    {
        var jingle = Clip.Compose(77, seconds: 4);
        var talk = Clip.Compose(78, seconds: 30);
        var index = new Index();
        index.Add("jingle", Print(jingle.ToWav()));

        var near = index.Nearest(Print((talk with { Samples = [.. talk.Samples[..160_000], .. jingle.Samples, .. talk.Samples[160_000..]] }).ToWav()));

        Assert.True(near is null || near.Value.Overlap.Novelty == 1000);
    }

    [Fact]
    public void Silence_equals_nothing()
    {
        var silence = Print(new Clip(16_000, new short[160_000]).ToWav());

        Assert.Empty(AudioPrintKeys.Stored(silence));
        Assert.Equal(0, silence.Overlap(silence, 0).Permille);
    }

    private static AudioPrint Print(byte[] content) => SoundFileTests.Read(content[0] == 'f' ? ".flac" : ".wav", content).Print;

    /// <summary>The server's index in memory.</summary>
    private sealed class Index
    {
        private readonly Dictionary<uint, List<(string Clip, int Position)>> _entries = [];
        private readonly Dictionary<string, AudioPrint> _prints = [];

        public void Add(string clip, AudioPrint print)
        {
            _prints[clip] = print;
            foreach (var (hash, position) in AudioPrintKeys.Stored(print))
            {
                (_entries.TryGetValue(hash, out var list) ? list : _entries[hash] = []).Add((clip, position));
            }
        }

        public (string Clip, AudioOverlap Overlap)? Nearest(AudioPrint print)
        {
            var asked = AudioPrintKeys.Asked(print);
            var hits = asked.Keys.Where(_entries.ContainsKey).SelectMany(hash => _entries[hash].Select(entry => (hash, entry.Clip, entry.Position)));
            var best = AudioPrintKeys.Candidates(asked, hits).Select(candidate => (candidate.Clip, Overlap: print.Overlap(_prints[candidate.Clip], candidate.Shift)))
                .OrderByDescending(candidate => candidate.Overlap.Permille).FirstOrDefault();
            return best.Overlap.Permille > 0 ? best : null;
        }
    }
}
