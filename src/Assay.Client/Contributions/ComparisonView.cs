namespace Assay.Client.Contributions;

/// <summary>A record and the earlier one that a finding compares it with.</summary>
/// <param name="Rule">novelty, derived, plagiarism or contamination.</param>
/// <param name="Record">Position of the record in its file, from 1.</param>
/// <param name="OtherName">What the earlier file is called, or the test set.</param>
/// <param name="Own">The record's text; absent for pictures and sound.</param>
/// <param name="OtherContribution">The earlier contribution; absent for a test set.</param>
/// <param name="OtherRecord">Position of the earlier record in its file, from 1; absent for pictures, sound and test sets.</param>
/// <param name="Other">The earlier text, or only what is shared of it; absent when nothing of it may be shown.</param>
/// <param name="Withheld">Why the earlier one is not shown as a whole: removed, not_readable or test_set.</param>
/// <param name="Jaccard">Five-character runs in both over those in either, 0 to 1, of the whole texts.</param>
/// <param name="Words">Runs of words of the whole texts: in both, in the record, in the earlier one.</param>
/// <param name="DifferentBits">For pictures: bits of 64 in which their difference hashes differ, at the nearest of whole and crops.</param>
/// <param name="Sound">For sound: what is shared and where.</param>
public sealed record ComparisonView(string Rule, int Record, string OtherName, ComparedText? Own, string? OtherContribution = null, int? OtherRecord = null,
    ComparedText? Other = null, string? Withheld = null, double? Jaccard = null, SharedRuns? Words = null, int? DifferentBits = null, SharedSound? Sound = null);

/// <summary>A text cut where what is shared begins and ends.</summary>
/// <param name="Characters">Of the whole text.</param>
/// <param name="Parts">In order; together the first <see cref="Shown"/> characters, or only the shared ones.</param>
/// <param name="Shown">Characters that were compared and are shown.</param>
public sealed record ComparedText(int Characters, int Shown, IReadOnlyList<ComparedPart> Parts);

/// <param name="Text">As it stands in the text.</param>
/// <param name="Passage">Number of the shared passage, the same on both sides; absent for what is not shared.</param>
public sealed record ComparedPart(string Text, int? Passage = null);

/// <param name="Length">Words in a run: 4, or 13 for test sets.</param>
/// <param name="Shared">Different runs in both.</param>
/// <param name="Own">Different runs of the record.</param>
/// <param name="Other">Different runs of the earlier one; absent for a test set.</param>
public sealed record SharedRuns(int Length, int Shared, int Own, int? Other);

/// <param name="Permille">Of the clip's blocks of three seconds that are in the earlier one.</param>
/// <param name="At">Seconds into the clip where the first of them begins.</param>
/// <param name="OtherAt">Seconds into the earlier one where it lies.</param>
public sealed record SharedSound(int Permille, double At, double OtherAt);
