using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Assay.Data.Duplicates;

namespace Assay.Data.FileTypes.Sounds;

/// <summary>Takes a clip's samples as they are decoded and keeps what is needed: levels, a hash, the fingerprint. A clip is never held whole.</summary>
internal sealed class SoundMeter
{
    private const double Silent = 0.001; // −60 dBFS
    private const int PiecesPerSecond = 20, ShortestRun = 3;
    private const double FullScale = 2147483648.0, Nothing = -200;

    private readonly int _rate, _channels, _pieceLength, _highest;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Downsampler _downsampler;
    private readonly int[] _runs;
    private double _pieceSquares, _squares;
    private long _pieces, _silent, _clipped, _firstClipped = -1;
    private int _inPiece;

    /// <param name="rate">Samples a second of each channel.</param>
    /// <param name="channels">Channels whose samples alternate.</param>
    /// <param name="bits">Of a sample as stored: tells where full scale is.</param>
    public SoundMeter(int rate, int channels, int bits)
    {
        (_rate, _channels) = (rate, channels);
        _pieceLength = Math.Max(rate / PiecesPerSecond, 1);
        _highest = bits >= 32 ? int.MaxValue : (int)(((1L << (bits - 1)) - 1) << (32 - bits));
        _runs = new int[channels];
        _downsampler = new Downsampler(rate);
        _hash.AppendData(MemoryMarshal.AsBytes<int>([rate, channels]));
    }

    /// <summary>Samples of each channel taken so far.</summary>
    public long Samples { get; private set; }

    /// <summary>Takes whole frames of alternating channels; each sample fills 32 bits from the top.</summary>
    public void Add(ReadOnlySpan<int> interleaved)
    {
        _hash.AppendData(MemoryMarshal.AsBytes(interleaved));
        Span<float> mono = stackalloc float[256];
        var filled = 0;
        for (var at = 0; at + _channels <= interleaved.Length; at += _channels)
        {
            double sum = 0, squares = 0;
            for (var channel = 0; channel < _channels; channel++)
            {
                var sample = interleaved[at + channel];
                var value = sample / FullScale;
                sum += value;
                squares += value * value;
                CountClipping(channel, sample);
            }

            mono[filled++] = (float)(sum / _channels);
            if (filled == mono.Length)
            {
                _downsampler.Add(mono);
                filled = 0;
            }

            Samples++;
            _squares += squares;
            _pieceSquares += squares;
            if (++_inPiece == _pieceLength)
            {
                EndPiece();
            }
        }

        _downsampler.Add(mono[..filled]);
    }

    /// <summary>What came of all samples.</summary>
    public SoundContent Finish(string extractor, string words)
    {
        EndPiece();
        var values = (double)Samples * _channels;
        return new SoundContent(_rate, _channels, Samples, extractor)
        {
            ContentSha256 = Convert.ToHexStringLower(_hash.GetHashAndReset()),
            Levels = new SoundLevels(
                _pieces == 0 ? 1 : (double)_silent / _pieces,
                values == 0 ? 0 : _clipped / values,
                _squares == 0 ? Nothing : 10 * Math.Log10(_squares / values),
                _firstClipped < 0 ? null : (double)_firstClipped / _rate),
            Print = AudioPrint.Of(_downsampler.Finish()),
            Words = words,
        };
    }

    private void CountClipping(int channel, int sample)
    {
        var run = _runs[channel] = sample >= _highest || sample <= -_highest ? _runs[channel] + 1 : 0;
        if (run >= ShortestRun)
        {
            _clipped += run == ShortestRun ? ShortestRun : 1;
            _firstClipped = _firstClipped < 0 ? Samples - ShortestRun + 1 : _firstClipped;
        }
    }

    private void EndPiece()
    {
        if (_inPiece == 0)
        {
            return;
        }

        _pieces++;
        _silent += Math.Sqrt(_pieceSquares / (_inPiece * (double)_channels)) < Silent ? 1 : 0;
        (_pieceSquares, _inPiece) = (0, 0);
    }
}
