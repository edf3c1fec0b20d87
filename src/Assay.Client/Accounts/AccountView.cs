namespace Assay.Client.Accounts;

/// <summary>An account as its owner sees it.</summary>
/// <param name="Id"><c>a_</c> and 16 hex digits.</param>
/// <param name="Roles">Any of operator, owner, reviewer, contributor, builder.</param>
/// <param name="PublicKey">Ed25519 key that signs the account's statements, standard Base64.</param>
public sealed record AccountView(string Id, string Email, string Name, IReadOnlyList<string> Roles, string PublicKey, DateTimeOffset CreatedAt);

/// <summary>Asks for an account.</summary>
/// <param name="Password">12 to 200 characters.</param>
/// <param name="SetupToken">The one-time token of the first start; makes the account the operator.</param>
public sealed record SignUpRequest(string Email, string Name, string Password, string? SetupToken = null);

/// <summary>Exchanges a password for a session cookie.</summary>
public sealed record SignInRequest(string Email, string Password);

/// <param name="Name">What the key is for, 1 to 80 characters.</param>
/// <param name="Scopes">Any of read, contribute, train, infer, admin; empty: every scope of the account's roles.</param>
/// <param name="Days">Days until it expires, 1 to 365.</param>
public sealed record CreateKeyRequest(string Name, IReadOnlyList<string>? Scopes = null, int Days = 90);

/// <param name="Key">The secret itself, present only in the answer that creates it.</param>
public sealed record ApiKeyView(string Id, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt,
    DateTimeOffset? LastUsedAt, string? Key = null);

/// <summary>Gives an account a role.</summary>
public sealed record GrantRoleRequest(string Email, string Role);

/// <summary>States that two accounts belong together: one person, one employer, one household. Neither reviews the other's files then.</summary>
/// <param name="OtherId">An account id.</param>
/// <param name="AccountId">Another one; absent: the own account.</param>
public sealed record AccountLinkRequest(string OtherId, string? AccountId = null);

/// <summary>Replaces the password of the account.</summary>
/// <param name="New">12 to 200 characters.</param>
public sealed record ChangePasswordRequest(string Current, string New);

/// <summary>The operator changes the daily limits of one account from the next upload on. Absent members stay as they are; 0: the installation's.</summary>
/// <param name="BytesPerDay">Bytes over all datanets, to 1 TiB.</param>
/// <param name="FilesPerDay">Files over all datanets, to 1,000,000.</param>
public sealed record ChangeAccountLimitsRequest(long? BytesPerDay = null, long? FilesPerDay = null);
