using System.Globalization;
using Assay.Client.Datanets;
using Assay.Client.Runs;
using Assay.Data.Tokenization;
using Assay.Server.Shared;

namespace Assay.Server.Runs;

/// <summary>Counts what a run would be trained on, and says why it must not be started like this. Pure.</summary>
/// <param name="settings">Cut-off and mask.</param>
internal sealed class TrainingLook(RunSettings settings)
{
    private const int Classes = 16;
    private const double MostEmptied = 0.2;
    private const double FewTrainable = 0.01;

    private readonly int[] _lengths = new int[Classes];
    private readonly HashSet<string> _seen = [];
    private readonly List<PreviewSample> _samples = [];
    private int _records, _truncated, _emptied, _unmarked, _duplicates;
    private long _tokens, _trainable;

    /// <summary>Counts a record.</summary>
    /// <param name="encoded">As it is trained.</param>
    /// <param name="times">How often it counts.</param>
    public void Add(EncodedConversation encoded, int times)
    {
        _records += times;
        _tokens += (long)encoded.Ids.Length * times;
        _trainable += (long)encoded.TrainedTokens * times;
        _truncated += encoded.DroppedTokens > 0 ? times : 0;
        _emptied += encoded.TrainedTokens == 0 ? times : 0;
        _unmarked += encoded.Coverage == TurnCoverage.None ? times : 0;
        _duplicates += _seen.Add(encoded.Text) ? 0 : times;
        _lengths[Math.Min(Classes - 1, encoded.Ids.Length * Classes / (settings.CutOff + 1))] += times;
    }

    /// <summary>Shows a record.</summary>
    public void Show(PreviewSample sample) => _samples.Add(sample);

    /// <summary>What was counted.</summary>
    /// <param name="heldOut">Records kept for evaluation.</param>
    public RunLook Result(int heldOut) => new(_records, heldOut, _tokens, _trainable, _truncated, _emptied, _unmarked, _duplicates,
        [.. _lengths.Select((count, index) => new LengthClass((index + 1) * settings.CutOff / Classes, count))], _samples, Refuse(), [.. Warnings(heldOut)]);

    /// <summary>The refusal of a run that would be started on this.</summary>
    public static Refusal? Refuse(RunLook look) => look.Refusal is { } why ? new Refusal(StatusCodes.Status422UnprocessableEntity, "nothing_to_train", why) : null;

    private string? Refuse() => this switch
    {
        _ when _records == 0 => "No record is left to train: all are held out, or of files below min_score. Lower hold_out or min_score, or choose another version.",
        _ when _trainable == 0 && _unmarked == _records => "No token would be trained: in the renderings of the base's chat template no answer can be found. Choose another base, or the objective text.",
        _ when _trainable == 0 => "No token of these records would be trained: every answer is cut off or empty. Raise cut_off or choose another version.",
        _ when _unmarked > MostEmptied * _records =>
            Text($"In {_unmarked} of {_records} records no answer can be found in the rendering of the base's chat template. Choose another base, or the objective text."),
        _ when _emptied > MostEmptied * _records =>
            Text($"{_emptied} of {_records} records lose every token to learn, most of them to the cut-off of {settings.CutOff} tokens. Raise cut_off, or choose another version."),
        _ => null,
    };

    private IEnumerable<string> Warnings(int heldOut)
    {
        if (_trainable > 0 && _trainable < FewTrainable * _tokens)
        {
            yield return Text($"Less than 1 % of the tokens are trained ({_trainable} of {_tokens}): prompts are far longer than answers.");
        }

        if (_emptied > 0 && _emptied <= MostEmptied * _records)
        {
            yield return Text($"{_emptied} of {_records} records have no token to learn and are left out.");
        }

        if (heldOut == 0 && settings.HoldOut > 0)
        {
            yield return $"Nothing is held out: with fewer than {HoldOut.MinRecords} records the result is too small to judge.";
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
