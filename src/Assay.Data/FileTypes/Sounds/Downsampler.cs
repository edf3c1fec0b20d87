using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Assay.Data.Duplicates;

namespace Assay.Data.FileTypes.Sounds;

/// <summary>Brings one channel of any rate to the 5,512.5 Hz of the fingerprint, in a stream: a windowed sinc in 32 phases that passes up to 1,600 Hz and stops from 3,200 Hz, so that nothing folds back below 2,300 Hz.</summary>
internal sealed class Downsampler
{
    private const int Phases = 32, Lane = 4;
    private const double Cutoff = 2400, Length = 0.0025; // Hz and seconds

    private readonly double _step;
    private readonly int _taps;
    private readonly float[][] _filters;
    private readonly List<float> _result = [];
    private readonly bool _usable;
    private float[] _pending = new float[1 << 14];
    private int _filled;
    private long _dropped, _outputs;

    public Downsampler(int rate)
    {
        _usable = rate >= AudioPrint.Rate;
        _step = rate / AudioPrint.Rate;
        _taps = (((int)Math.Ceiling(Length * rate) / Lane) + 1) * Lane;
        _filters = [.. Enumerable.Range(0, Phases + 1).Select(phase => Filter(rate, phase / (double)Phases))];
        _filled = _taps / 2; // silence before the first sample
    }

    /// <summary>Takes further samples.</summary>
    public void Add(ReadOnlySpan<float> samples)
    {
        if (!_usable)
        {
            return;
        }

        if (_filled + samples.Length > _pending.Length)
        {
            Drain();
            if (_filled + samples.Length > _pending.Length)
            {
                Array.Resize(ref _pending, (_filled + samples.Length) * 2);
            }
        }

        samples.CopyTo(_pending.AsSpan(_filled));
        _filled += samples.Length;
    }

    /// <summary>All samples at the fingerprint's rate; empty where the clip's own rate is lower.</summary>
    public ReadOnlySpan<float> Finish()
    {
        Add(new float[_taps]);
        Drain();
        return CollectionsMarshal.AsSpan(_result);
    }

    private void Drain()
    {
        while (true)
        {
            var place = _outputs * _step;
            var whole = (long)Math.Floor(place);
            var from = (int)(whole - _dropped);
            if (from + _taps > _filled)
            {
                break;
            }

            _result.Add(Dot(_pending.AsSpan(from, _taps), _filters[(int)Math.Round((place - whole) * Phases)]));
            _outputs++;
        }

        var keep = (int)Math.Min((long)Math.Floor(_outputs * _step) - _dropped, _filled);
        _pending.AsSpan(keep, _filled - keep).CopyTo(_pending);
        _filled -= keep;
        _dropped += keep;
    }

    /// <summary>Four lanes on every machine, so that every machine rounds alike.</summary>
    private static float Dot(ReadOnlySpan<float> samples, ReadOnlySpan<float> filter)
    {
        var sum = Vector128<float>.Zero;
        for (var at = 0; at < samples.Length; at += Lane)
        {
            sum += Vector128.Create(samples.Slice(at, Lane)) * Vector128.Create(filter.Slice(at, Lane));
        }

        return sum[0] + sum[1] + (sum[2] + sum[3]);
    }

    private float[] Filter(int rate, double phase)
    {
        var filter = new double[_taps];
        var total = 0.0;
        for (var tap = 0; tap < _taps; tap++)
        {
            var at = tap - (_taps / 2) - phase;
            var x = 2 * Cutoff / rate * at;
            var sinc = Math.Abs(x) < 1e-9 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
            filter[tap] = sinc * Math.Max(0, 0.5 + (0.5 * Math.Cos(Math.Tau * at / _taps)));
            total += filter[tap];
        }

        return [.. filter.Select(value => (float)(value / total))];
    }
}
