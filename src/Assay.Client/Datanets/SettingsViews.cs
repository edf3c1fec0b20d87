namespace Assay.Client.Datanets;

/// <summary>Changes what an owner may change of a datanet; absent members stay as they are. Files already received are still decided by the settings of the moment of decision.</summary>
/// <param name="Summary">At most 200 characters.</param>
/// <param name="Description">Markdown, at most 20,000 characters.</param>
/// <param name="Tags">At most 10.</param>
/// <param name="Licences">1 to 10 SPDX names that new files may carry; files already in keep theirs.</param>
/// <param name="Languages">1 to 10 tags such as en.</param>
/// <param name="Accept">Score from which a file is accepted, 600 to 900.</param>
/// <param name="Approval">Whether files of others that pass the rules wait for the owner's decision.</param>
/// <param name="Visibility">public, restricted or private. A private datanet is published once and for good; a public one becomes private only while no file was received.</param>
/// <param name="Pii">mask or refuse.</param>
/// <param name="PdfImages">What happens to a PDF with pictures: refuse, or ignore (they are left out and counted).</param>
/// <param name="Terms">What builders accept besides the licences, at most 5,000 characters.</param>
/// <param name="GrantDays">Days of access that builders get at once when they ask, 1 to 365; 0: the owner decides on each request.</param>
/// <param name="Columns">Which columns of rows hold what, such as <c>prompt=question,answer=reply</c>, for files that do not say it themselves; empty: their names decide.</param>
/// <param name="Confirm">The datanet's name, to confirm that a private one is published.</param>
public sealed record ChangeSettingsRequest(string? Summary = null, string? Description = null, IReadOnlyList<string>? Tags = null, IReadOnlyList<string>? Licences = null,
    IReadOnlyList<string>? Languages = null, int? Accept = null, bool? Approval = null, string? Visibility = null, string? Pii = null,
    string? PdfImages = null, string? Terms = null, int? GrantDays = null, string? Columns = null, string? Confirm = null);

/// <summary>Asks somebody into a datanet by their e-mail address; it holds as soon as an account has that address.</summary>
/// <param name="Role">contributor (may send files where invited people contribute) or reviewer (once there is one, only these review its files).</param>
public sealed record InviteRequest(string Email, string Role = "contributor");

/// <summary>An invitation, as the owner sees it.</summary>
/// <param name="Name">Name of the account with this address; absent while there is none.</param>
public sealed record MemberView(string Email, string Role, string? Name, DateTimeOffset InvitedAt);

/// <summary>Questions that a contributor answers before the first file.</summary>
/// <param name="Questions">1 to 10; none removes the quiz.</param>
/// <param name="PassPercent">Share of right answers that passes, 1 to 100.</param>
/// <param name="RetryHours">Hours after a failed attempt until the next, 1 to 168.</param>
public sealed record QuizDraft(IReadOnlyList<QuizQuestion> Questions, int PassPercent = 80, int RetryHours = 24);

/// <param name="Text">10 to 500 characters.</param>
/// <param name="Options">2 to 6 answers of 1 to 200 characters.</param>
/// <param name="Right">Position of the right answer, from 0.</param>
/// <param name="Why">Why it is right, at most 500 characters; shown after an attempt.</param>
public sealed record QuizQuestion(string Text, IReadOnlyList<string> Options, int Right, string Why = "");

/// <summary>The quiz as a contributor sees it before answering.</summary>
/// <param name="State">none (the datanet has no quiz), open (may be answered), passed, or waiting (until <paramref name="RetryAt"/>).</param>
public sealed record QuizView(string State, IReadOnlyList<OpenQuestion> Questions, int PassPercent, int RetryHours, DateTimeOffset? RetryAt);

/// <summary>A question without its answer.</summary>
public sealed record OpenQuestion(string Text, IReadOnlyList<string> Options);

/// <param name="Chosen">Position of the chosen answer of each question, from 0.</param>
public sealed record QuizAnswers(IReadOnlyList<int> Chosen);

/// <summary>What became of an attempt, with feedback per question.</summary>
/// <param name="RetryAt">The instant from which it may be answered again; absent when passed.</param>
public sealed record QuizResult(bool Passed, int Right, int Of, IReadOnlyList<QuizFeedback> Feedback, DateTimeOffset? RetryAt);

/// <param name="Why">Why the right answer is right; on a failed attempt only for questions that were answered rightly, so that the next attempt is not copied.</param>
public sealed record QuizFeedback(string Question, bool Right, string? Why);
